"""Which values are wrong, and why: checks of rows and series, drift, humidity, maintenance, uptime."""
