"""Methane that satellites saw near a city: keeping the plumes of a file, and answering about them."""
