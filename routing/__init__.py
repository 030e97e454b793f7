"""Which unit must answer a letter, and why: rules, conflicts of interest, danger words, similar letters."""
