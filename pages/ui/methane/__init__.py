"""Methane on the screen: plumes as a layer of the map, and a panel with their table."""
