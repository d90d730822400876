"""What we keep: the table, its parameters, cities, standards and the store."""
