"""What stands in a cell: strict grammars of numbers, days, words and nothing, as SQL."""
