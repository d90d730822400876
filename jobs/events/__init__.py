"""Detect events on the store and keep their table."""
