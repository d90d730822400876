"""Tables of which every value is known, spoilt at random, and what may still be stored of them."""
