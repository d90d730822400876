"""Parts that every page is made of: words, choices, tables from the store, figures, maps, cards and the frame."""
