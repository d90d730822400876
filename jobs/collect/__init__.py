"""Ask every network that is due and store what it delivers."""
