"""Parts of the origins page: its tables, charts and site marks."""
