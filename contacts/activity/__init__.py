"""What happened on a day or in a week: each person's interactions, as far as the reader sees them."""
