"""Records Qt-aware modules imported off the main thread: such an import can crash in libshiboken."""

import sys
import threading

QT_AWARE = frozenset({"PySide6", "shiboken6", "pyqtgraph", "qtawesome", "qtpy"})


class OffThreadQtImports:
    """A finder that finds nothing, and remembers who asked for what."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in QT_AWARE and threading.current_thread() is not threading.main_thread():
            self.found.add(name)

    @property
    def report(self) -> str:
        """One line to print, the same whenever nothing was found."""
        return f"Qt imported off the main thread: {sorted(self.found)}"


def watch_qt_imports() -> OffThreadQtImports:
    """Begins to watch this process; modules that are loaded already are not seen again."""
    watch = OffThreadQtImports()
    sys.meta_path.insert(0, watch)  # type: ignore[arg-type]
    return watch
