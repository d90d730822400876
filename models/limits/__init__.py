"""Which limits are in force, how a value compares with them, and the ledger of exceedances."""

from models.limits.in_force import limits, own

__all__ = ["limits", "own"]
