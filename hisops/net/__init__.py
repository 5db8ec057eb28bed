"""The network as a whole: what is connected with what, and which single failure cuts it."""
