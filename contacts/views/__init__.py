"""Pages of contacts: the lists, and the cards."""
