"""Entry point: the workstation without a command or for the demo, else the command line."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if opens_window(given):
        return _window(given)
    try:
        from reviewer.cli.main import run  # noqa: PLC0415
        from reviewer.process_guard import harden_process  # noqa: PLC0415 - the window does it after its first paint

        harden_process()
        return run(given)
    except KeyboardInterrupt:  # while modules are loaded; later ``run`` says so in a sentence
        return 130


def _window(given: Sequence[str]) -> int:
    try:
        # Imported here: the commands work without Qt and a display.
        from reviewer.app.start import run as start  # noqa: PLC0415
    except ImportError as error:
        from reviewer.cli.output import print_error  # noqa: PLC0415
        from reviewer.errors import Unavailable  # noqa: PLC0415

        # Qt is installed, but a system library is missing, as on a machine without a desktop.
        problem = Unavailable("NO_WINDOW", problem=str(error))
        print_error(problem)
        return problem.exit_code
    return start(given)


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments ask for the workstation: none, a workspace only, or the demo."""
    if not arguments or arguments[0] == "demo":
        return True
    if arguments[0] == "--workspace":
        return len(arguments) <= 2
    return arguments[0].startswith("--workspace=") and len(arguments) == 1


if __name__ == "__main__":
    sys.exit(main())
