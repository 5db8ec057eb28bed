"""The collector that docs/agent.md shows runs as it stands there."""

from pathlib import Path

from hisops.agent import conf, main

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "agent.md"


def test_the_collector_in_the_docs_runs(tmp_path):
    source = _PAGE.read_text().partition("```python\n")[2].partition("```")[0]
    beds = tmp_path / "beds.txt"
    beds.write_text("ICU 9 10\n")
    (tmp_path / "bed_use.py").write_text(source.replace("/srv/his/beds.txt", str(beds)))

    page = main.build_loop(conf.Conf(units=str(tmp_path))).page().decode()

    assert 'hisops_beds_used_ratio{ward="ICU"} 0.9\n' in page
