"""A workspace is moved to a server and a bucket and home again: the same rows, and work goes on in each."""

import shutil
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reviewer.access.verification import verify_file
from reviewer.errors import Refused, Unavailable
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE, PROJECT_FILE
from reviewer.queue.postgres_rows import PostgresQueueRows
from tests.benches.moving import admit, busy_workspace, moved, opened, project_of, queue_rows, window
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET


@pytest.fixture
def database(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database; gives the address that a project file names."""
    name = f"moved_{abs(hash(tmp_path))}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    monkeypatch.setenv("PGUSER", "postgres")
    host = str(conninfo_to_dict(postgres)["host"])
    return f"postgresql:///{name}?host={quote(host, safe='')}"


@pytest.fixture
def bucket(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The lines of a project file that name a bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return f'url = "s3://{BUCKET}/{tmp_path.name}"\nendpoint = "{moto}"\nregion = "eu-central-1"\n'


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FakeClock]:
    clock = FakeClock()
    return busy_workspace(tmp_path_factory.mktemp("pattern"), clock), clock


@pytest.fixture
def clock(pattern: tuple[Path, FakeClock]) -> FakeClock:
    return FakeClock(pattern[1].now())


@pytest.fixture
def folder(pattern: tuple[Path, FakeClock], tmp_path: Path) -> Path:
    """A copy of a busy workspace."""
    return Path(shutil.copytree(pattern[0], tmp_path / "ws"))


def close(bench: Bench) -> None:
    for name in list(bench.signed_in):
        bench.sign_out(name)
    bench.workspace.close()


def test_there_and_back_the_queue_has_the_same_rows_and_the_log_verifies(
    folder: Path, clock: FakeClock, database: str
) -> None:
    before, home = queue_rows(folder), project_of(folder)
    assert min(len(before[table]) for table in ("task_refusal", "verdict", "final", "queue_request")) > 0
    assert moved(folder, clock, project_of(folder, database)).problem is None
    assert not any(queue_rows(folder).values())
    assert verify_file(folder / DATABASE_FILE).ok
    moved(folder, clock, home)
    assert queue_rows(folder) == before
    assert verify_file(folder / DATABASE_FILE).ok
    with psycopg.connect(database) as owner:
        for table in ("queue_clip", "annotation", "request", "lease_given", "person_login"):
            count = f"SELECT count(*) FROM reviewer_data.{table}"
            assert owner.execute(count.encode()).fetchone() == (0,), table


def test_work_goes_on_on_the_server_and_at_home_again(
    folder: Path, clock: FakeClock, database: str, tmp_path: Path
) -> None:
    home = project_of(folder)
    moved(folder, clock, project_of(folder, database))
    admit(folder, clock, ANA, QUINN)
    team = window(folder, clock)
    assert team.person(ANA).desk.work.claim().round == 1  # what was returned to her
    team.person(ANA).desk.work.release(team.person(ANA).desk.work.claim())
    close(team)
    team = window(folder, clock)
    team.submitted(ANA, "words on the server")
    for text in ("fourth words", "words on the server"):
        team.reviewed(QUINN, text, VerdictKind.ACCEPTED)
    on_the_server = team.person(LEAD).lead.preview_export(["nemo"])
    assert "verdict_not_signed" not in on_the_server.left_out
    assert {row.text for row in on_the_server.rows} >= {
        "hello there",  # accepted at home
        "second word",  # accepted there with fixes
        "fourth words",
        "words on the server",
    }
    close(team)
    moved(folder, clock, home)
    desk = window(folder, clock)
    desk.submitted(BEN, "words at home")
    desk.reviewed(QUINN, "words at home", VerdictKind.ACCEPTED)
    desk.person(LEAD).lead.export(tmp_path / "set", ["nemo"])
    (rows,) = (tmp_path / "set").rglob("*.jsonl")
    exported = rows.read_text(encoding="utf-8")
    for text in ("hello there", "fourth words", "words on the server", "words at home"):
        assert text in exported
    close(desk)
    assert verify_file(folder / DATABASE_FILE).ok


def test_clips_go_to_the_bucket_and_come_back_byte_for_byte(
    folder: Path, clock: FakeClock, bucket: str
) -> None:
    files = {path.name: path.read_bytes() for path in (folder / "clips").iterdir()}
    home = project_of(folder)
    report = moved(folder, clock, project_of(folder, clips=bucket))
    assert (report.objects, list((folder / "clips").iterdir())) == (len(files), [])
    desk = window(folder, clock)
    desk.submitted(BEN, "heard from the bucket")
    close(desk)
    moved(folder, clock, home)
    back = {path.name: path.read_bytes() for path in (folder / "clips").iterdir()}
    assert back.items() >= files.items()  # and what was made of clips meanwhile
    assert verify_file(folder / DATABASE_FILE).ok


def test_both_move_in_one_go(folder: Path, clock: FakeClock, database: str, bucket: str) -> None:
    report = moved(folder, clock, project_of(folder, database, bucket))
    assert report.rows > 20
    assert report.objects > 6
    assert report.problem is None
    admit(folder, clock, BEN)
    team = window(folder, clock)
    team.submitted(BEN, "words in the team")
    close(team)


def test_nothing_moves_while_somebody_works(folder: Path, clock: FakeClock, database: str) -> None:
    desk = window(folder, clock)
    lease = desk.work(BEN).claim()
    with pytest.raises(Refused) as refused:
        moved(folder, clock, project_of(folder, database))
    assert (refused.value.code, refused.value.parameters["names"]) == ("MOVE_SIGNED_IN", BEN)
    with pytest.raises(Refused) as refused:
        moved(folder, clock, project_of(folder, database), gone=(BEN,))
    assert refused.value.code == "MOVE_LEASES"
    desk.work(BEN).release(lease)
    close(desk)
    moved(folder, clock, project_of(folder, database))


def test_a_server_that_is_used_is_refused(
    folder: Path, clock: FakeClock, database: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = busy_workspace(tmp_path / "other", clock)
    moved(other, clock, project_of(other, database))
    with pytest.raises(Refused) as refused:
        moved(folder, clock, project_of(folder, database))
    assert refused.value.code == "QUEUE_OTHER_WORKSPACE"
    assert (folder / PROJECT_FILE).read_text(encoding="utf-8") == project_of(folder)


def test_a_file_that_changes_more_than_places_is_refused(
    folder: Path, clock: FakeClock, database: str
) -> None:
    for text, code in (
        (project_of(folder), "MOVE_NOWHERE"),
        ("nda_days = 3\n" + project_of(folder, database), "MOVE_OTHER_SETTINGS"),
    ):
        with pytest.raises(Refused) as refused:
            moved(folder, clock, text)
        assert refused.value.code == code


def test_a_plan_counts_and_changes_nothing(
    folder: Path, clock: FakeClock, database: str, bucket: str
) -> None:
    before = queue_rows(folder)
    with opened(folder, clock) as workspace:
        identity = workspace.sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
        report = workspace.move(identity).plan(project_of(folder, database, bucket))
        workspace.sessions.sign_out(identity)
    assert (report.rows > 20, report.objects) == (True, 6)
    assert queue_rows(folder) == before
    with psycopg.connect(database) as owner:
        assert owner.execute("SELECT to_regclass('reviewer_data.meta')").fetchone() == (None,)


def test_work_that_is_not_sent_keeps_the_workspace_where_it_is(
    folder: Path, clock: FakeClock, database: str
) -> None:
    home = project_of(folder)
    moved(folder, clock, project_of(folder, database))
    admit(folder, clock, BEN)
    team = window(folder, clock)
    lease = team.work(BEN).claim()
    hear(team.work(BEN), lease)
    name = str(conninfo_to_dict(database)["dbname"])
    with psycopg.connect(database, dbname="postgres", autocommit=True) as owner:
        stop = "ALTER DATABASE {} ALLOW_CONNECTIONS {}"
        owner.execute(stop.format(name, False).encode())
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert team.work(BEN).submit(lease, annotation("not sent")).is_pending
        owner.execute(stop.format(name, True).encode())
    close(team)
    with pytest.raises(Refused) as refused:
        moved(folder, clock, home)
    assert refused.value.code == "MOVE_UNSENT"


def test_copy_of_the_folder_does_not_empty_a_server_that_was_moved_to_again(
    folder: Path, clock: FakeClock, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, team = project_of(folder), project_of(folder, database)
    moved(folder, clock, team)
    monkeypatch.setattr(PostgresQueueRows, "retire", _unreachable)
    assert moved(folder, clock, home).problem is not None
    monkeypatch.undo()
    monkeypatch.setenv("PGUSER", "postgres")
    shutil.copytree(folder, tmp_path / "copy")
    moved(folder, clock, team)
    with psycopg.connect(database) as owner:
        (before,) = owner.execute("SELECT count(*) FROM reviewer_data.task").fetchone() or (0,)
        moved(tmp_path / "copy", clock, home)
        assert (before > 0, owner.execute("SELECT count(*) FROM reviewer_data.task").fetchone()) == (
            True,
            (before,),
        )


def _unreachable(_rows: PostgresQueueRows) -> None:
    raise Unavailable("QUEUE_UNREACHABLE")
