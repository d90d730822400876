"""Parts of the forecast page: its tables, charts and words."""
