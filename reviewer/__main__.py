"""Chooses the door: the workstation without a command or for the demo, else the command line."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; gives its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if opens_window(given):
        # Only here: the commands work where there is neither Qt nor a screen.
        from reviewer.app.start import run as start  # noqa: PLC0415

        return start(given)
    from reviewer.cli.main import run  # noqa: PLC0415

    return run(given)


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments ask for the workstation: none, a workspace only, or the demo."""
    if not arguments or arguments[0] == "demo":
        return True
    if arguments[0] == "--workspace":
        return len(arguments) <= 2
    return arguments[0].startswith("--workspace=") and len(arguments) == 1


if __name__ == "__main__":
    sys.exit(main())
