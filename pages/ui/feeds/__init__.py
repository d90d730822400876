"""Parts of the feeds page: its tables and charts."""
