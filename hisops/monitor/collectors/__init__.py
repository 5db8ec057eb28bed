"""One collector per file."""
