"""Run the forecast on the store and keep its tables: inputs, run, tables, export."""
