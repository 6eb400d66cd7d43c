"""The parts of `bin/bench timeline`: what happened in the company, what is asked for, and the report."""
