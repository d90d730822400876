"""Averages over hours, days and years, with the share of the period that was measured."""
