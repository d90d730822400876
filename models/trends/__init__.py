"""How levels change over years and seasons, with and without the weather."""
