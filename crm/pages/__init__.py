"""Pages composed from functions: fetch a record with its rights, edit it, bin it, restore it."""
