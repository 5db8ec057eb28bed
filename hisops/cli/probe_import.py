"""hisops probe import: modules of blackbox_exporter become modules of the site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.core.config import Problem


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a file: modules in the site's form, and what to look at."""

    file: str
    modules: dict[str, dict[str, object]]
    notes: tuple[str, ...]
    written: str


def command(
    file: Annotated[str, typer.Argument(help="blackbox_exporter's configuration.")],
    write: Annotated[
        bool, typer.Option("--write", help="Write probes/blackbox.yml of the site.")
    ] = False,
) -> int:
    """Turn the modules of blackbox_exporter into modules of `probes/*.yml`.

    Passwords are not copied, only references to where they have to be put. Exit 3 when something
    is left out.

    \b
    hisops probe import /etc/prometheus/blackbox.yml
    hisops probe import blackbox.yml --write
    """
    import yaml

    from hisops.monitor import blackbox

    modules, notes = blackbox.convert(_read(file))
    texts = [f"{note.module}: {note.text}" for note in notes]
    texts += [f"{problem.cause}" for problem in _check(modules)]
    target = str(Path(session().root, "probes", "blackbox.yml")) if write else ""
    head = f"# Modules from {Path(file).name} of blackbox_exporter.\n"
    page = head + yaml.safe_dump({"modules": modules}, sort_keys=False, allow_unicode=True)
    if target:
        if session().machine.exists(target):
            raise OpsError(f"{target} is there already", fix="remove or rename it first")
        session().machine.write(target, page)
    if session().as_json:
        show.emit(Imported(file=file, modules=modules, notes=tuple(texts), written=target))
    else:
        show.line(f"{len(modules)} modules written to {target}" if target else page.rstrip())
    for text in texts:
        show.note(text)
    return Exit.PARTIAL if texts else Exit.DONE


def _read(file: str) -> dict[str, dict[str, object]]:
    """The modules of the file; raises OpsError when it is none of blackbox_exporter."""
    from hisops.core import config

    problems: list[Problem] = []
    data = config.parse(session().machine.read(file), file, problems)
    if problems:
        first = problems[0]
        raise OpsError(f"{first.file}:{first.line}: {first.cause}", fix=first.fix, code=Exit.USAGE)
    modules = data.get("modules") if isinstance(data, dict) else None
    if not isinstance(modules, dict) or not all(isinstance(m, dict) for m in modules.values()):
        fix = "give blackbox_exporter's --config.file"
        raise OpsError(f"{file}: there are no modules in it", fix=fix, code=Exit.USAGE)
    return modules


def _check(modules: dict[str, dict[str, object]]) -> "list[Problem]":
    """What our own reader says about the result."""
    from hisops.core import config
    from hisops.monitor import watch

    kinds = watch.Kinds()
    problems: list[Problem] = []
    for name, options in modules.items():
        rest = {key: value for key, value in options.items() if key != "probe"}
        kind = kinds[str(options["probe"])]
        config.decode(rest, kind, "probes/blackbox.yml", problems, ("modules", name))
    return problems
