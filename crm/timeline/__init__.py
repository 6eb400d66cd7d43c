"""What happened to a record and to whoever belongs to it, in the order of time."""
