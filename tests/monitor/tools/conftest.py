"""A machine whose programs say what a sample holds."""

from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent / "samples"


def sample(name: str) -> str:
    """A sample without its first line, which says where it comes from."""
    first, _, rest = (_FOLDER / name).read_text().partition("\n")
    assert first.startswith(("# recorded", "# constructed after"))
    return rest


@pytest.fixture
def values():
    """Turns samples into values by name and label values."""

    def flat(samples) -> dict[tuple[str, ...], float]:
        found = {(s.family.name, *(text for _, text in s.labels)): s.value for s in samples}
        assert len(found) == len(list(samples))
        return found

    return flat
