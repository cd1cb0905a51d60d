"""What overstock costs: what is spent, what waiting takes, what it is still worth, and until when
holding pays.
"""
