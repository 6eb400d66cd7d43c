"""Companies and private clients."""
