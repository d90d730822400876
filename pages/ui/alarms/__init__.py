"""Parts of the alarm page: cards, forms, outbox, and whether anybody watches."""
