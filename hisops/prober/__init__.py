"""The long-running front end on the monitoring host: it looks at what has no agent."""
