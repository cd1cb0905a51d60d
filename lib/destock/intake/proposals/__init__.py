"""A folder of exports → a ``shop.toml`` that a person can read: what each file is, which of our
tables it fills, and what nobody can know but the shop.
"""
