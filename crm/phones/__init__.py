"""Phone numbers: how they are understood, kept and shown."""
