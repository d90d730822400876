"""Air quality indices and their categories."""
