"""Overstock: how much is too much, of which kind, how old, in which sizes, and what brought it
about.
"""
