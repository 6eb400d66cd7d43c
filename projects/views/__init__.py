"""Pages of deals: the lists, the cards, and the moves."""
