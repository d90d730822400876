"""Measurements and snapshots as files."""
