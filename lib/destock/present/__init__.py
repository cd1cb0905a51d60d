"""From findings and frames to the eye: charts, tables, sentences. Nothing here computes a
figure.
"""
