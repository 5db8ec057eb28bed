"""Whatever stands in a site's files, the check answers with mistakes, never with a crash."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hisops.io.local import Local
from hisops.workflow import site_check

GOOD = Path(__file__).resolve().parents[1] / "samples" / "site"
FILES = sorted(str(path.relative_to(GOOD)) for path in GOOD.rglob("*") if path.is_file())
VALUES = st.sampled_from(
    [
        *("", "~", "null", "true", "-1", "1e9", "2026-01-05", "é", "{{ x }}"),
        *("[a, b]", "{a: b}", "? [a]: b", "- - -", "|", "'", "[", "}", ": :", "\t", "\x00"),
        *("*a", "&a [*a]", "!vault x", "!x y"),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 40), VALUES, st.booleans())
def test_a_spoiled_line_never_crashes_the_check(file, number, value, keep_key):
    with tempfile.TemporaryDirectory() as folder:
        site = Path(shutil.copytree(GOOD, Path(folder, "site")))
        lines = (site / file).read_text().splitlines() or [""]
        key, colon, _ = lines[number % len(lines)].partition(":")
        lines[number % len(lines)] = f"{key}: {value}" if keep_key and colon else value
        (site / file).write_text("\n".join(lines))

        found = site_check.report(Local(), str(site))

    assert all(told.cause and told.line > 0 for told in found.problems)
