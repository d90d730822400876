"""The method page: tables of what the numbers rest on."""
