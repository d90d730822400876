"""Benchmarks: speed, size and skill, each a script with its own JSON in bench/results."""
