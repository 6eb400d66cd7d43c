"""Pages of clients: the lists, and the cards."""
