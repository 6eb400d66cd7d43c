"""The audit history of records: every version with its parts, compared and restored."""
