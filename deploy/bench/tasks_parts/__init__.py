"""The parts of `bin/bench tasks`: the company and its tasks, what is asked for, and the report."""
