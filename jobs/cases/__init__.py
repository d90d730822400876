"""Case files worked out on the store: figures, sentences, a printed page."""
