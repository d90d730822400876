"""What every screen shows of a city: cached tables and the view model."""
