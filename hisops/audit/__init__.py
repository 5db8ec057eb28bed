"""What is missing, who has access, what drifted."""
