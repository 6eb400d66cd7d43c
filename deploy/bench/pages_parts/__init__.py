"""The parts of `bin/bench pages`: the company that is measured, what is asked for, how, and the report."""
