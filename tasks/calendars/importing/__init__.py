"""What becomes of a calendar file: a plan that is shown first, and the tasks that are made by it."""
