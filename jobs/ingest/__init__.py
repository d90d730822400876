"""The way into the store: import files, quality control, maintenance notes."""
