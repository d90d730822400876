"""When an alarm rings, how it passes through its states, and what it says."""
