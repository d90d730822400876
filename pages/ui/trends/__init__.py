"""Parts of the trends page: its tables, charts and comparisons."""
