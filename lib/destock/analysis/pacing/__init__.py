"""Sell-through: how much was sold, whether that is enough, and how much will be sold by the end."""
