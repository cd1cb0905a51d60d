"""From notebooks to the pack: executed, rendered, put in place whole or not at all."""
