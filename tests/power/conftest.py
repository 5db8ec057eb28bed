"""A toy hospital."""

import pytest

from hisops.core.model import Class, Host, Inventory, Name, System


def system(class_: str, *needs: str) -> System:
    return System(
        name=Name(zh="系统", en="System"), class_=Class(class_), owner="ops", depends_on=needs
    )


@pytest.fixture
def inventory() -> Inventory:
    """A site with a chain (app → database → directory), a test system and a network."""
    return Inventory(
        hosts={name: Host(name=name, address="10.0.0.1") for name in ("san-1", "ups-1", "pdu-1")},
        groups={"san": ("san-1",)},
        systems={
            "app": system("C2", "db"),
            "db": system("C1", "dns"),
            "dns": system("C3"),
            "net": system("C1"),
            "test": system("C4", "dns"),
        },
    )
