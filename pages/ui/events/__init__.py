"""Events on every page: their words and footprints."""
