"""Statements of a city or a station, from the store to the document that leaves."""
