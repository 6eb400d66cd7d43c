"""What colleagues say to each other about a record, on its page."""
