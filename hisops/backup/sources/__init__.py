"""One backup source per file."""
