"""What the countries promised about methane."""
