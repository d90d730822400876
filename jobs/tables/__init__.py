"""File in, file out: averages, indices, ledgers of a table."""
