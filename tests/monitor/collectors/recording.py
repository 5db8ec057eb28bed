"""Recorded trees of /proc and /sys: one text file for each collector, unfolded into a folder.

The first line says where it comes from. Then `PATH = TEXT`, `PATH -> TARGET` for a link, or
`PATH:` followed by the file's lines, each after a `|`.
"""

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "recordings"


def names() -> list[str]:
    """The collectors that have a recording."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def unfold(recordings: Iterable[str], folder: Path) -> Path:
    """The folder with `proc` and `sys` as these recordings say."""
    for part in ("proc", "sys"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name in recordings:
        for path, text, is_link in parse((FOLDER / f"{name}.txt").read_text()):
            place = folder / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            if is_link:
                place.symlink_to(text)
            else:
                place.write_text(text)
    return folder


def parse(text: str) -> list[tuple[str, str, bool]]:
    """Path and content of each file, or the target of a link."""
    found: list[tuple[str, str, bool]] = []
    first, *lines = text.splitlines()
    assert first.startswith("# "), "the first line says where the recording comes from"
    for line in lines:
        if line.startswith("|"):
            path, before, _ = found.pop()
            found.append((path, f"{before}{line[1:]}\n", False))
        elif line.endswith(":") and " " not in line:
            found.append((line[:-1], "", False))
        elif " -> " in line:
            path, _, target = line.partition(" -> ")
            found.append((path, target, True))
        else:
            path, _, value = line.partition(" = ")
            found.append((path, f"{value}\n", False))
    return found
