"""What the agent has loaded after its first page: that is most of its memory."""

import subprocess
import sys
from pathlib import Path

import hisops

_NEVER = {
    "asyncio",
    "concurrent",
    "ctypes",
    "email",
    "hashlib",
    "http",
    "json",
    "logging",
    "msgspec",
    "pathlib",
    "prometheus_client",
    "psutil",
    "rich",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "typer",
    "urllib",
    "yaml",
}
_PROGRAM = """
import sys
sys.path.insert(0, {package!r})
from hisops.agent import conf, main
loop = main.build_loop(conf.Conf(metrics={metrics!r}))
main.build_server(conf.Conf(listen="127.0.0.1:0"), loop)
page = loop.page()
assert b"node_load1 " in page and b"hisops_good 1" in page
{extra}
print(*sorted(sys.modules))
"""


def loaded(tmp_path: Path, extra: str = "") -> set[str]:
    (tmp_path / "x.prom").write_text("hisops_good 1\n")
    package = str(Path(hisops.__file__).parents[1])
    program = _PROGRAM.format(package=package, metrics=str(tmp_path), extra=extra)
    argv = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30)
    return set(done.stdout.split())


def test_the_agent_loads_nothing_heavy(tmp_path):
    assert loaded(tmp_path) & _NEVER == set()


def test_a_heavy_module_would_be_seen(tmp_path):
    assert "json" in loaded(tmp_path, "import json") & _NEVER
