"""The open API's own resources and its description."""
