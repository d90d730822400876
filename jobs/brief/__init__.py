"""The one-page PDF: facts, figures, sentences, page."""
