"""Registers of facts that operators keep: a seed in files, edits with their history in the store, a review between."""

from jobs.register.overlay import read

__all__ = ["read"]
