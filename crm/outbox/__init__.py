"""What must happen beside a save: kept as rows of its transaction, and delivered afterwards until it is done."""
