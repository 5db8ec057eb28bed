"""Every command is described, with an example, and takes --json."""

import importlib

import pytest
import typer

from hisops.cli.main import COMMANDS


def functions(name: str) -> list:
    """Functions behind a command or a group of commands."""
    module = importlib.import_module(f"hisops.cli.{name}")
    if hasattr(module, "command"):
        return [module.command]
    return [command.callback for command in module.app.registered_commands]


EVERY = [(name, function) for name in COMMANDS for function in functions(name)]


@pytest.mark.parametrize(("name", "function"), EVERY, ids=lambda v: getattr(v, "__name__", v))
def test_a_command_says_what_it_does_and_gives_an_example(name, function):
    text = function.__doc__ or ""

    assert text.splitlines()[0].endswith(".")
    assert f"hisops {name}" in text or f"hisops --site mysite {name}" in text, (
        f"{name} {function.__name__}: no example in its help"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_one_file_of_one_kind(name):
    module = importlib.import_module(f"hisops.cli.{name}")

    assert hasattr(module, "command") != isinstance(getattr(module, "app", None), typer.Typer)
