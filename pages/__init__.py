"""What people see: one thin script per page; `main.py` routes."""
