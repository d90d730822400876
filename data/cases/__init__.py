"""Cases between neighbours: one file each, and reading and checking them."""
