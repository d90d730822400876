"""Concentrations by wind: roses and polar surfaces."""
