"""How much work lies before people in the coming weeks, against the hours that they have."""
