"""Inventories of other programs, read into proposed hosts."""
