"""Tests of the published tables beside the attribution."""
