"""CSV: one host per row, columns found by their headings in English or Chinese, or as told."""

import csv
import io
from collections.abc import Iterator, Mapping

from hisops.core.text import did_you_mean
from hisops.net.proposal import Entry

_MOST_FIELD = 10_000
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name",
        "host",
        "hostname",
        "host name",
        "主机名",
        "主机",
        "设备名称",
        "名称",
        "计算机名",
    ),
    "address": (
        "address",
        "ip",
        "ip address",
        "ipaddress",
        "ansible_host",
        "ip地址",
        "地址",
        "管理ip",
    ),
    "groups": ("groups", "group", "type", "分组", "组", "类型", "设备类型"),
    "mac": ("mac", "mac address", "mac地址"),
    "vendor": ("vendor", "manufacturer", "厂商", "品牌"),
    "model": ("model", "型号", "规格型号"),
    "serial": ("serial", "serial number", "sn", "序列号"),
    "location": ("location", "room", "rack", "位置", "机房", "机柜", "安装位置"),
    "department": ("department", "ward", "科室", "部门", "使用科室"),
}


def read(data: bytes, columns: Mapping[str, str]) -> list[Entry]:
    """The hosts of a table; `columns` maps our words to its headings where they differ.

    Raises ValueError with the row that is wrong.
    """
    text = _text(data)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        head = [word.strip() for word in next(rows, [])]
        places = _places(head, columns)
        return list(_entries(rows, places, len(head)))
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from None


def _entries(rows: Iterator[list[str]], places: Mapping[str, int], width: int) -> Iterator[Entry]:
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > width:
            raise ValueError(f"row {number}: {len(row)} cells under {width} headings")
        values = {
            key: row[place].strip()[:_MOST_FIELD] if place < len(row) else ""
            for key, place in places.items()
        }
        name, address = values.pop("name", ""), values.pop("address", "")
        groups = values.pop("groups", "")
        if not name and not address:
            raise ValueError(f"row {number}: neither a name nor an address")
        yield Entry(
            name=name,
            address=address,
            groups=tuple(filter(None, (word.strip() for word in groups.split(";")))),
            vars={key: value for key, value in values.items() if value},
        )


def _places(head: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    """The column of each of our words; the other columns are left out."""
    lower = {word.lower(): place for place, word in reversed(list(enumerate(head)))}
    found = {}
    for key, headings in _HEADINGS.items():
        place = next((lower[word] for word in headings if word in lower), None)
        if place is not None:
            found[key] = place
    for key, heading in columns.items():
        if heading.lower() not in lower:
            hint = did_you_mean(heading, head)
            raise ValueError(f"there is no heading {heading!r}; {hint or ', '.join(head)}")
        found[key] = lower[heading.lower()]
    if not {"name", "address"} & found.keys():
        raise ValueError(f"no heading is a name or an address: {', '.join(head)}")
    return found


def _text(data: bytes) -> str:
    """UTF-8, or what Excel writes in China."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)
