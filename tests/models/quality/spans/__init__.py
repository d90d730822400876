"""Tests of the verdicts on spans."""
