"""Protocols as bytes and values: codecs that know no socket, and exchanges over core.net."""
