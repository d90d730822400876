"""Which rows speak for the air, and how old they may be."""
