"""The frame around a page, and its downloads."""
