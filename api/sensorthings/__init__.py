"""OGC SensorThings API 1.1, the reading part: the same rows as the open API, in the shape that public clients know."""
