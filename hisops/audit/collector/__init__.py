"""Reads the facts of a host and writes them as JSON lines; changes nothing and writes no file.

The parts of this folder are joined into one program (gather.py), sent to the host and run there:
Python 3.6 or newer, standard library only, and nothing that depends on who sent it.
"""
