"""The search box: what a reader may see, found by any part of a name, phone, e-mail or number."""
