"""Clearance: how stock becomes cash, by which way and by when."""
