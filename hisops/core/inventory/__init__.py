"""inventory/: hosts as Ansible reads them, and our systems, links, teams and zones."""

from hisops.core.inventory.reader import read, trace

__all__ = ["read", "trace"]
