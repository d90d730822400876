"""Colours, cards, base figures and maps that know no data."""
