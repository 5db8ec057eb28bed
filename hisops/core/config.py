"""Site files: YAML into typed values, with every mistake told by file and line."""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import yaml

from hisops.core.text import Duration, Secret, Size, did_you_mean

T = TypeVar("T")
Path = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A mistake in a site file: where (the path of keys inside the file), what, what to do."""

    file: str
    at: Path = ()
    cause: str
    fix: str = ""
    line: int = 0


def parse(
    text: str, file: str, problems: list[Problem], loader: type[yaml.CSafeLoader] = yaml.CSafeLoader
) -> Any:
    """The YAML document as plain values, None when it is empty or broken (then a problem is added)."""
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506 - CSafeLoader or a class below it
        circle = _circle(data, (), frozenset(), set())
        if circle is None:
            return data
        cause = f"{dotted(circle)}: an alias stands inside of what it stands for"
        problems.append(Problem(file=file, at=circle, cause=cause, fix="write the value itself"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        cause = f"not valid YAML: {error.problem or error.context}"
        line = mark.line + 1 if mark else 1
        problems.append(Problem(file=file, line=line, cause=cause, fix="mend the syntax"))
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0]
        problems.append(Problem(file=file, line=1, cause=f"not valid YAML: {first}"))
    return None


def decode(data: Any, kind: type[T], file: str, problems: list[Problem], at: Path = ()) -> T | None:
    """`data` as `kind`, entry by entry; None when anything in it is wrong (problems are added)."""
    before = len(problems)
    value = _decode(data, kind, file, problems, at)
    return value if len(problems) == before else None


def decode_each(
    data: Any, kind: type[T], file: str, problems: list[Problem], at: Path = ()
) -> dict[str, T]:
    """A mapping of name → `kind`; wrong entries are left out and told."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        problems.append(_wrong(file, at, "a mapping of names", data))
        return {}
    found = {}
    for name, entry in data.items():
        value = decode(entry, kind, file, problems, (*at, str(name)))
        if value is not None:
            found[str(name)] = value
    return found


def locate(text: str, at: Path) -> int:
    """Line (from 1) of the entry at a path of keys; of its nearest parent when it is missing."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return 1
    line = 1
    for key in at:
        found = _child(node, key)
        if found is None:
            break
        line, node = found
    return line


def duplicate_keys(text: str, file: str) -> Iterator[Problem]:
    """Keys that stand twice in one mapping: YAML would silently keep the last."""
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return
    todo = [root] if root else []
    visited: set[int] = set()  # an alias leads to the same node again
    while todo:
        node = todo.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            todo += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value)
                if name in seen and name != "<<":
                    cause = f"the key {name!r} stands twice; only the last would count"
                    line = key.start_mark.line + 1
                    yield Problem(file=file, line=line, cause=cause, fix="keep one of them")
                seen.add(name)
                todo.append(value)


def _circle(data: Any, at: Path, above: frozenset[int], whole: set[int]) -> Path | None:
    """Where a document contains itself by an alias, which no walk over it would survive."""
    if not isinstance(data, dict | list) or id(data) in whole:
        return None
    if id(data) in above:
        return at
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        step = str(key) if isinstance(data, dict) else key
        found = _circle(value, (*at, step), above | {id(data)}, whole)
        if found is not None:
            return found
    whole.add(id(data))
    return None


def _decode(data: Any, kind: Any, file: str, problems: list[Problem], at: Path) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(data, kind, file, problems, at)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis and isinstance(data, list):  # noqa: PLR2004 - tuple[T, ...]
        return tuple(_decode(d, inner[0], file, problems, (*at, i)) for i, d in enumerate(data))
    if origin in (dict, Mapping) and isinstance(data, dict):
        return {
            str(k): _decode(v, inner[1], file, problems, (*at, str(k))) for k, v in data.items()
        }
    structs = [k for k in inner if isinstance(k, type) and issubclass(k, msgspec.Struct)]
    if origin is UnionType and len(structs) == 1 and isinstance(data, dict):
        return _struct(data, structs[0], file, problems, at)
    return _plain(data, kind, file, problems, at)


def _struct(data: Any, kind: type[Any], file: str, problems: list[Problem], at: Path) -> Any:
    if not isinstance(data, dict):
        problems.append(_wrong(file, at, "a mapping", data))
        return None
    before, hints, values = len(problems), get_type_hints(kind), {}
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, value in data.items():
        if key not in fields:
            fix = did_you_mean(str(key), fields) or f"known: {', '.join(sorted(fields))}"
            cause = f"{dotted((*at, str(key)))}: unknown setting"
            problems.append(Problem(file=file, at=(*at, str(key)), cause=cause, fix=fix))
            continue
        field = fields[key]
        values[field.name] = _decode(value, hints[field.name], file, problems, (*at, str(key)))
    for name, field in fields.items():
        if field.required and name not in data:
            cause = f"{dotted((*at, name))}: missing"
            problems.append(Problem(file=file, at=at, cause=cause, fix=f"add `{name}:`"))
    if len(problems) > before:
        return None
    try:
        return kind(**values)
    except ValueError as error:  # a struct's own rule, from its __post_init__
        key, _, cause = str(error).partition(": ")
        place, cause = ((*at, key), cause) if key in data else (at, str(error))
        fix = _remedy(cause, kind, None)
        problems.append(Problem(file=file, at=place, cause=f"{dotted(place)}: {cause}", fix=fix))
        return None


def _plain(data: Any, kind: Any, file: str, problems: list[Problem], at: Path) -> Any:
    try:
        return msgspec.convert(data, kind, dec_hook=_hook)
    except msgspec.ValidationError as error:
        cause = str(error).split(" - at ")[0].replace("`", "")
        cause = cause[0].lower() + cause[1:]
        fix = _remedy(cause, kind, data)
        problems.append(Problem(file=file, at=at, cause=f"{dotted(at)}: {cause}", fix=fix))
        return None


def _remedy(cause: str, kind: Any, data: Any) -> str:
    """What to write instead, from what was expected."""
    choices = [str(each) for each in get_args(kind) if get_origin(kind) is Literal]
    if isinstance(kind, type) and issubclass(kind, Enum):
        choices = [str(each.value) for each in kind]
    if choices:
        return did_you_mean(str(data), choices) or f"known: {', '.join(choices)}"
    wish = cause.partition("expected ")[2].partition(", got ")[0]
    return f"write {wish}" if wish else "correct the value"


def _hook(kind: type, value: Any) -> Any:
    if kind in (Duration, Size, Secret):
        if not isinstance(value, str):
            raise ValueError(f"expected text, got {type(value).__name__}")
        try:
            return kind.parse(value)
        except ValueError as error:
            shown = "" if kind is Secret else f", got {value!r}"
            raise ValueError(f"expected {error}{shown}") from None
    raise NotImplementedError(kind)


def _wrong(file: str, at: Path, wish: str, data: Any) -> Problem:
    got = "nothing" if data is None else type(data).__name__
    cause = f"{dotted(at)}: expected {wish}, got {got}"
    return Problem(file=file, at=at, cause=cause, fix=f"write {wish}")


def dotted(at: Path) -> str:
    """A path of keys as people write it: `rota[2].handover`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in at)
    return text.lstrip(".") or "the file"


def _child(node: Any, key: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None
