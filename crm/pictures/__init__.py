"""Photos and logos: taken in, made small and harmless, shown to those who may see their subject."""
