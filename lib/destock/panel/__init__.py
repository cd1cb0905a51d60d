"""From order lines to item-weeks: what was sold, held, shown and priced, week by week."""
