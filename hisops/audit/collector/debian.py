"""Packages of a Debian host: what is installed, what is offered, what apt would do."""

import os
import re
import subprocess
from collections.abc import Iterator

from hisops.audit.collector.frame import ENV, field, read, run

_HELPER = "/usr/lib/apt/apt-helper"
_BLOCK_BYTES = 1 << 18


def packages(root: str) -> "dict[str, object]":
    """Installed packages: name, architecture, version, selection, source."""
    return {"rows": installed(root)}


def installed(root: str) -> "list[list[str]]":
    """Those stanzas of dpkg's status file whose package is installed."""
    rows = []
    for stanza in read(root, "var/lib/dpkg/status").split("\n\n"):
        status = field(stanza, "Status").split(" ")
        if status[-1] == "installed":
            named = [field(stanza, key) for key in ("Package", "Architecture", "Version")]
            rows.append([*named, status[0], field(stanza, "Source")])
    if not rows:
        raise ValueError("the status file of dpkg names no installed package")
    return rows


def index(root: str) -> "dict[str, object]":
    """Every version of an installed package that the files of apt's lists folder offer."""
    folder = os.path.join(root, "var/lib/apt/lists")
    wanted = {row[0].encode() for row in installed(root)}
    names = sorted(os.listdir(folder))
    releases = {name: release(folder, name) for name in names if name.endswith("Release")}
    found = []
    for name in names:
        cut = re.match(r"(.*_Packages)(\.(gz|lz4|xz|bz2|zst|lzma))?$", name)
        if cut:
            found.append(offers(folder, name, cut.group(1), releases, wanted))
    heads = {}
    for name, text in releases.items():
        modified = os.stat(os.path.join(folder, name)).st_mtime
        head = re.split(r"\n(?:MD5Sum|SHA\d+):", text, maxsplit=1)[0]
        sizes = re.findall(r"^ [0-9a-f]{64} +(\d+) \S*Packages$", text, re.MULTILINE)
        empty = bool(sizes) and not any(map(int, sizes))
        heads[name] = {"head": head, "modified": modified, "is_empty": empty}
    return {"releases": heads, "files": found}


def release(folder: str, name: str) -> str:
    """A Release file without the armour of its signature."""
    text = read(folder, name)
    if text.startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
        text = text.partition("\n\n")[2].partition("-----BEGIN PGP SIGNATURE-----")[0]
    return text


def offers(
    folder: str, name: str, plain: str, releases: "dict[str, str]", wanted: "set[bytes]"
) -> "dict[str, object]":
    """What one Packages file offers of the wanted packages, and its size beside the promised one."""
    rows, size, rest = [], 0, b""
    for block in blocks(os.path.join(folder, name)):
        size += len(block)
        stanzas = (rest + block).split(b"\n\n")
        rest = stanzas.pop()
        rows += [stanza for stanza in stanzas if is_wanted(stanza, wanted)]
    rows += [rest] if is_wanted(rest, wanted) else []
    owners = {re.sub("(In)?Release$", "", key): key for key in releases}
    prefix = max((key for key in owners if plain.startswith(key)), key=len, default="")
    owner = owners.get(prefix, "")
    inside = re.escape(plain[len(prefix) :]).replace("_", "[_/]")
    pattern = r"^ [0-9a-f]{64} +(\d+) (?:\./)?%s$" % inside
    promised = re.search(pattern, releases.get(owner, ""), re.MULTILINE)
    return {
        "file": name,
        "release": owner,
        "size_bytes": size,
        "promised_bytes": int(promised.group(1)) if promised else None,
        "offers": [offer(stanza.decode("utf-8", "replace")) for stanza in rows],
    }


def is_wanted(stanza: bytes, wanted: "set[bytes]") -> bool:
    """Whether a stanza is about one of the packages; the name mostly stands in its first line."""
    if not stanza.startswith(b"Package:"):
        stanza = (b"\n" + stanza).partition(b"\nPackage:")[2]
        return stanza.partition(b"\n")[0].strip() in wanted
    return stanza[8:].partition(b"\n")[0].strip() in wanted


def offer(stanza: str) -> "list[object]":
    """Name, architecture, version and roll-out percentage of a stanza."""
    named = [field(stanza, key) for key in ("Package", "Architecture", "Version")]
    return [*named, int(field(stanza, "Phased-Update-Percentage") or 100)]


def blocks(path: str) -> "Iterator[bytes]":
    """A file in blocks, unpacked by apt's own helper where it is compressed."""
    if path.endswith("_Packages"):
        with open(path, "rb") as file:
            yield from iter(lambda: file.read(_BLOCK_BYTES), b"")
        return
    open(path, "rb").close()  # so that a file nobody may read is told as `denied`
    child = subprocess.Popen([_HELPER, "cat-file", path], stdout=subprocess.PIPE, env=ENV)
    with child:
        pipe = child.stdout
        assert pipe is not None
        yield from iter(lambda: pipe.read(_BLOCK_BYTES), b"")
    if child.returncode != 0:
        raise ValueError("%s: cannot be unpacked" % path)


def upgrade(root: str) -> "dict[str, object]":
    """What apt would do: a simulation that takes no lock and writes neither cache nor log."""
    options = ["Debug::NoLocking=1", "Dir::Log::Planner=/dev/null"]
    options += ["Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache="]
    if root != "/":
        options += ["Dir=" + root, "Dir::State::status=" + root + "/var/lib/dpkg/status"]
    argv = ["apt-get", "-s", "-q"] + [word for option in options for word in ("-o", option)]
    done = run([*argv, "dist-upgrade"])
    lines = str(done["out"]).splitlines(True)
    found = dict(done, out="".join(line for line in lines if not line.startswith("Conf ")))
    folder = os.path.join(root, "etc/apt/preferences.d")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    paths = ["/etc/apt/preferences.d/" + name for name in names]
    if os.path.exists(os.path.join(root, "etc/apt/preferences")):
        paths.append("/etc/apt/preferences")
    return dict(found, preferences=paths)
