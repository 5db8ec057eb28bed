"""One notifier per file."""
