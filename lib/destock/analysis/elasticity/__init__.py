"""How customers answer a price: experiments found, read, pooled, judged, designed, and turned into
money.
"""
