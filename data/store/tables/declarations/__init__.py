"""The tables of the store as declared: columns with type and meaning, key, writer; one file per group."""
