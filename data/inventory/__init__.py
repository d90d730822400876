"""The register of pollution sources: a table per city, and the code that reads it."""
