"""What other programs read over HTTP; `routes.py` lists every address."""
