"""Verdicts on spans of a station: faults that no single row shows, found in weeks and months of them."""
