"""Paths to storage, by multipathd (`show maps json`, multipathd(8))."""

from collections.abc import Iterator

import msgspec

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Family, Sample
from hisops.monitor.tool import Tool, ask

_PATH = Family("hisops_multipath_path_good_state", "gauge", "1 while the path can be used.")
_RATIO = Family(
    "hisops_multipath_paths_good_ratio", "gauge", "Share of the map's paths that can be used."
)
_FAULTS = Family("hisops_multipath_path_faults_total", "counter", "Times a path of the map failed.")


class _Path(msgspec.Struct):
    dev: str
    dm_st: str = ""
    dev_st: str = ""
    chk_st: str = ""
    host_wwpn: str = ""
    target_wwpn: str = ""


class _Group(msgspec.Struct):
    paths: tuple[_Path, ...] = ()


class _Map(msgspec.Struct):
    name: str
    uuid: str = ""
    path_faults: int = 0
    path_groups: tuple[_Group, ...] = ()


class _Answer(msgspec.Struct):
    maps: tuple[_Map, ...] = ()


class Multipath(Tool):
    """State of every path of every map."""

    programs = ("multipathd",)

    def collect(self, io: Io, program: str) -> list[Sample]:
        """State of now; a map without any path left has the share 0."""
        done = ask(io, program, "show", "maps", "json")
        if done.code != 0:
            raise OpsError(f"multipathd: {done.last_error or done.text.strip()[:200]}")
        return list(parse(done.out))


def parse(data: bytes) -> Iterator[Sample]:
    """Samples of each map; raises OpsError for what is no answer of multipathd."""
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except msgspec.MsgspecError as error:
        raise OpsError(f"multipathd: no JSON as it should be: {error}") from None
    for found in answer.maps:
        label = ("map", found.name)
        paths = [path for group in found.path_groups for path in group.paths]
        good = [path for path in paths if _is_good(path)]
        yield Sample(_RATIO, len(good) / len(paths) if paths else 0, (label,))
        yield Sample(_FAULTS, found.path_faults, (label,))
        for path in paths:
            ends = (
                ("host_wwpn", _plain(path.host_wwpn)),
                ("target_wwpn", _plain(path.target_wwpn)),
            )
            state = ("state", f"{path.dm_st} {path.chk_st}")
            yield Sample(_PATH, int(_is_good(path)), (label, ("path", path.dev), *ends, state))


def _is_good(path: _Path) -> bool:
    """Ghost paths of a passive controller are as they should be (multipath(8))."""
    return path.dm_st == "active" and path.chk_st in ("ready", "ghost")


def _plain(text: str) -> str:
    return "" if text == "[undef]" else text
