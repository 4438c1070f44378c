"""What every test may lean on, and what no test may leave behind."""

import functools
import gc
import itertools
import os
import secrets
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import typer
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot
from sqlite_utils import Database as Tables

from reviewer.clips import keys
from reviewer.db.schema import migrations
from tests.benches.decoding import lent_processes
from tests.benches.forked_python import ForkedPython
from tests.fakes.s3_servers import moto_server

if TYPE_CHECKING:
    from tests.benches.own_folders import Office

REPOSITORY = Path(__file__).resolve().parent.parent
_PATIENCE_SECONDS = 30.0
_FILES_A_COLLECTION = 8
_file_ends = itertools.count(1)

# Before any test module imports Qt: no screen is needed, and none of the user's own is used.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# pytest prints where a crash came from; so shall the processes that tests start.
os.environ.setdefault("PYTHONFAULTHANDLER", "1")

# Machines differ in speed; no test of ours is about time. Each run tries other examples.
settings.register_profile(
    "house",
    deadline=None,
    max_examples=int(os.environ.get("REVIEWER_EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute begins first, so that no process waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules stay: no collection goes through them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Keeps Python from destroying Qt objects on a thread of the test's, as in the program.

    What outlives a test is looked through again after some more files: all modules and tests are gone through
    then, which takes half a second.
    """
    if not {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ())):
        return (yield)
    gc.disable()
    try:
        return (yield)
    finally:
        if nextitem is None or (nextitem.path != item.path and not next(_file_ends) % _FILES_A_COLLECTION):
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def speech_folder() -> Path:
    """The folder of real speech clips (``manifest.jsonl``, ``dev/``, ``bad/``); skips where it is absent.

    It is never part of the repository: ``REVIEWER_SPEECH`` names it, or it lies beside the checkout.
    """
    named = os.environ.get("REVIEWER_SPEECH")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data" / "speech"
    if not (folder / "manifest.jsonl").is_file():
        pytest.skip("no folder of real speech clips here; REVIEWER_SPEECH can name one")
    return folder


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes what belongs to the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        for name in ("REVIEWER_PASSPHRASE", "REVIEWER_WORKSPACE", "REVIEWER_NAME"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _passphrases_are_stretched_once() -> Iterator[None]:
    """Thousands of keyrings have one salt, so that a passphrase is stretched once in this process."""
    salt = secrets.token_bytes(16)

    def random(count: int) -> bytes:
        return salt if count == len(salt) else secrets.token_bytes(count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_stretch", functools.cache(keys._stretch))
        patch.setattr(keys, "secrets", SimpleNamespace(token_bytes=random))
        yield


@pytest.fixture(autouse=True, scope="session")
def _new_files_are_migrated_once() -> Iterator[None]:
    """Thousands of tests make a workspace file, and each is a copy of the first that was migrated."""
    whole = migrations.apply

    def apply(tables: Tables, **how: Any) -> None:
        if how or tables.conn.execute("SELECT 1 FROM sqlite_schema").fetchone():
            whole(tables, **how)
        else:
            first.backup(tables.conn)

    with (
        closing(sqlite3.connect(":memory:", check_same_thread=False)) as first,
        pytest.MonkeyPatch.context() as patch,
    ):
        whole(Tables(first))
        patch.setattr(migrations, "apply", apply)
        yield


@pytest.fixture(autouse=True, scope="session")
def _decoding_processes_are_started_once() -> Iterator[None]:
    """Hundreds of tests import a clip, and most of that is the start of a process that decodes it."""
    with lent_processes():
        yield


@pytest.fixture(autouse=True, scope="session")
def _commands_are_made_once() -> Iterator[None]:
    """Hundreds of tests run a command in this process, and each run would make all of them anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """pytest-qt's, which waits as long as everything else here: a busy machine stalls for seconds."""
    for name in ("waitUntil", "wait_until", "waitSignal"):
        setattr(qtbot, name, functools.partial(getattr(qtbot, name), timeout=int(_PATIENCE_SECONDS * 1000)))
    return qtbot


@pytest.fixture(autouse=True)
def _leaves_nothing_behind() -> Iterator[None]:
    """A test that leaves a thread, a busy job pool or an open window behind fails and names it."""
    threads = _threads()
    windows = {id(window) for window in _open_windows()}
    yield
    left = [thread for thread in _threads() - threads if _outlives(thread)]
    assert not left, f"left running: {', '.join(thread.name for thread in left)}"
    assert _job_pool_is_idle(), "left jobs running in Qt's thread pool"
    if any(id(window) not in windows for window in _open_windows()):
        gc.collect()
        _deliver_deferred_deletes()
        names = [repr(window) for window in _open_windows() if id(window) not in windows]
        assert not names, f"left open: {', '.join(names)}"


def _threads() -> set[threading.Thread]:
    # A thread that Qt made shows as a dummy for as long as the process lives; its pool is asked instead.
    return {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}


def _outlives(thread: threading.Thread) -> bool:
    thread.join(_PATIENCE_SECONDS)
    return thread.is_alive()


def _job_pool_is_idle() -> bool:
    core = sys.modules.get("PySide6.QtCore")
    return core is None or bool(core.QThreadPool.globalInstance().waitForDone(int(_PATIENCE_SECONDS * 1000)))


def _open_windows() -> list[object]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    return [window for window in widgets.QApplication.topLevelWidgets() if window.isVisible()]


def _deliver_deferred_deletes() -> None:
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their length: random ones would give each worker of a run other tests."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def forked_python() -> Iterator[ForkedPython]:
    """Runs texts of Python in processes of their own, which start in no time."""
    process = ForkedPython()
    yield process
    process.close()


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of an S3 service of this process; each test has a prefix or a workspace of its own."""
    pytest.importorskip("obstore")
    pytest.importorskip("moto")
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of this process, for the owner of its databases."""
    pytest.importorskip("psycopg")
    from tests.fakes.postgres_server import running_server

    with running_server(tmp_path_factory.mktemp("postgres")) as address:
        yield address


@pytest.fixture
def office(one_office: "Office") -> Iterator["Office"]:
    """The office of a module, with no connection left open after a test."""
    yield one_office
    one_office.disconnect()
