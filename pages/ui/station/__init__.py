"""Parts of the station page: its tables, charts and state."""
