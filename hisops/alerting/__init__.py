"""From an alert to a person who acknowledged it."""
