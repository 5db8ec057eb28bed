"""Pure values and rules: no file, clock, process or socket is touched here."""
