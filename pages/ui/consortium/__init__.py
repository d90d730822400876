"""What the consortium page shows."""
