"""Delta tables: schemas, commits, layout version."""
