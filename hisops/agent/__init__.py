"""The long-running front end on each host."""
