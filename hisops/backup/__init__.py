"""Backups with restic, and drills that prove them."""
