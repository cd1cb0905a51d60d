"""What words mean: tables, columns, assumptions, the trade's ratios, weeks, and every sentence."""
