"""XML from strangers into plain values: no DOCTYPE, so no entity can grow or reach out."""

from xml.parsers import expat

Tree = dict[str, list["Tree | str"]]
_DEEPEST = 40
_MOST_NODES = 2_000_000


class _Reader:
    """Builds the tree while expat reads."""

    def __init__(self) -> None:
        self.root: Tree = {}
        self._stack: list[tuple[str, Tree, list[str]]] = [("", self.root, [])]
        self._nodes = 0

    def open(self, name: str, _attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._nodes += 1
        if len(self._stack) > _DEEPEST or self._nodes > _MOST_NODES:
            raise ValueError("it is nested too deep, or too long")
        self._stack.append((name, {}, []))

    def close(self, _name: str) -> None:
        """End it: an element with others inside is a tree, else its text."""
        name, tree, words = self._stack.pop()
        self._stack[-1][1].setdefault(name, []).append(tree or "".join(words).strip())

    def text(self, data: str) -> None:
        """Text inside an element."""
        self._stack[-1][2].append(data)


def parse(data: bytes) -> Tree:
    """The document as elements by name; raises ValueError when it is broken or dangerous."""
    reader, parser = _Reader(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.open
    parser.EndElementHandler = reader.close
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"line {error.lineno}: {expat.errors.messages[error.code]}") from None
    return reader.root


def _refuse(*_: object) -> None:
    raise ValueError("it has a DOCTYPE, which an export never has")
