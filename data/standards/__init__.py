"""National limits and index breakpoints: the tables, and the code that reads them."""
