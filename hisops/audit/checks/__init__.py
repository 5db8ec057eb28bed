"""One audit check per file."""
