"""SNMP v1, v2c and v3: a client for gets and walks of tables, and the reading of traps."""
