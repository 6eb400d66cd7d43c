"""What an app shows on the pages of another app's records: `register(Panel(…))` in its `panels.py`."""
