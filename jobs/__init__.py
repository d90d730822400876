"""What runs without a viewer: collect, import, quality pass, export."""
