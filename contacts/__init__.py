"""People, where they work and worked, and how to reach them."""
