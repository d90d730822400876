"""Who answers SQL: DuckDB or Spark Connect."""
