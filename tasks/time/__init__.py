"""Time as people work it: durations and clocks, the week, approval and reports."""
