"""From a shop's raw exports to typed tables, with every row accounted for."""
