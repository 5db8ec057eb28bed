"""The outside world behind hisops.core.io."""
