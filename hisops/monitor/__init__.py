"""What Prometheus is told to watch, and what this host measures."""
