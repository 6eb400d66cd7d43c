"""The parts of `bin/bench board`: the deals, what is asked for and moved, and the report."""
