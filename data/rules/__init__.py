"""Rules of alarms, events and sharing: the tables, and the code that reads them."""
