"""What we infer from the table: indices, limits, quality, averages, trends, origins, forecasts."""
