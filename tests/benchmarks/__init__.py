"""Speed as a ratio against a peer and against the limit of the machine, from one run: ``make bench``, ``make bench-panel``, …"""
