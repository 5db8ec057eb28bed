"""Start of the program: fast answers, and the one place where an error becomes a line and a code."""

import sys

from hisops import __version__


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:  # answered before anything else is loaded
        print(f"hisops {__version__}")
    else:
        sys.exit(_run(sys.argv[1:]))


def _run(argv: list[str]) -> int:
    from hisops.core.errors import Exit, OpsError

    try:
        return _dispatch(argv)
    except OpsError as error:
        print(f"hisops: {error.cause}", file=sys.stderr)
        if error.fix:
            print(f"  what to do: {error.fix}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("hisops: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - the edge: our own bug becomes code 70 and a report
        _bug(error)
        return Exit.BUG


def _dispatch(argv: list[str]) -> int:
    if argv[:1] == ["agent"] and "--config" in argv:
        from hisops.agent.main import main as agent

        return agent(argv[1:])
    from hisops.cli.main import run

    return run(argv)


def _bug(error: Exception) -> None:
    import traceback

    traceback.print_exception(error, limit=-4)
    print(f"hisops: this is our bug: {type(error).__name__}: {error}", file=sys.stderr)
    print("  what to do: report it with the lines above", file=sys.stderr)


if __name__ == "__main__":
    main()
