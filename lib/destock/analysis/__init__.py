"""Frames in, frames out: no clock, no files, no drawing; analyses take each other's frames, never
each other.
"""
