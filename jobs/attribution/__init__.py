"""Run source attribution on the store or on files and keep its tables: inputs, run, tables, export."""
