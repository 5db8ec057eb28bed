"""Probes: one file, one class; see monitor/probe.py."""
