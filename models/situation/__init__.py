"""What is said of a city at one moment: figures, index, wind."""
