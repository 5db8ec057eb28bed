"""The command line's tree.

One file per command: a group defines `app = typer.Typer(...)`, a single command a function
`command`. Only the file that the line names is loaded; the help page loads them all.
"""

import importlib
import importlib.util
import signal
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from typer.exceptions import TyperException

from hisops.cli.wire import Session, begin
from hisops.core.errors import Exit

# Order of the help page: from the first minute to the daily work.
COMMANDS = (
    "init",
    "check",
    "up",
    "down",
    "status",
    "top",
    "monitor",
    "net",
    "discover",
    "capacity",
    "slo",
    "probe",
    "agent",
    "helper",
    "engine",
    "incident",
    "silence",
    "oncall",
    "inbox",
    "backup",
    "drill",
    "audit",
    "power",
    "job",
    "schedule",
    "journal",
    "install",
)
_HELP = {"help_option_names": ["-h", "--help"]}


def run(argv: list[str]) -> int:
    """Run one command line; gives the exit code, raises OpsError."""
    words, options = _hoist(argv)
    named = [word for word in words[:1] if word in COMMANDS]
    session = Session(site_folder=options.get("--site", ""), as_json="--json" in options)
    begin(session)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = tree(named or COMMANDS)(args=words, prog_name="hisops", standalone_mode=False)
    except TyperException as error:
        print_usage(error)
        return Exit.USAGE
    except typer.Abort:
        return Exit.INTERRUPTED
    finally:
        session.close()
    return code if isinstance(code, int) else Exit.DONE


def _interrupt(*_: object) -> None:
    """End as by Ctrl-C: what was begun is put right, the journal tells it."""
    raise KeyboardInterrupt


def tree(names: Iterable[str]) -> typer.Typer:
    """The program with these commands."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_HELP,
        callback=_root,
    )
    for name in names:
        module = importlib.import_module(f"hisops.cli.{name}")
        if hasattr(module, "command"):
            app.command(name)(module.command)
        else:
            app.add_typer(module.app, name=name, no_args_is_help=True)
    return app


def print_usage(error: TyperException) -> None:
    """A wrong command line in one line, and where the right one is described."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "hisops"
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(error.format_message() + "\n")
        return
    sys.stderr.write(f"hisops: {error.format_message()}\n  what to do: see {path} --help\n")


def _root(
    site: Annotated[str, typer.Option(help="Folder of the site [or: HISOPS_SITE].")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Build, watch, protect and prove the infrastructure of a hospital.

    --site and --json may stand anywhere on the line.

    \b
    hisops init mysite            start a site for this machine
    hisops --site mysite up       run it
    hisops --site mysite status   see how it is
    """


def _hoist(argv: list[str]) -> tuple[list[str], dict[str, str]]:
    """Take --json and --site out of the line, wherever they stand before `--`."""
    words, options, rest = [], {}, iter(argv)
    for word in rest:
        if word == "--":
            words += [word, *rest]
        elif word == "--json":
            options[word] = ""
        elif word == "--site":
            options[word] = next(rest, "")
        elif word.startswith("--site="):
            options["--site"] = word.removeprefix("--site=")
        else:
            words.append(word)
    return words, options
