"""The clip store in a bucket, held against two real services, and against a network that fails."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.clips.seal import CHUNK_BYTES, SealContext, SealedReader, seal
from reviewer.clips.store import ClipStore, LocalClipStore
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.lead.project_file import parse_project
from reviewer.model.clip import ContentKind
from reviewer.model.project import ClipsPlace
from tests.contracts.test_clip_store import ClipStoreContract
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET, Network, rclone_command, rclone_server

pytest.importorskip("obstore")
pytest.importorskip("moto")

from reviewer.clips.s3_store import Bucket, S3ClipStore

AUDIO, PEAKS = ContentKind.AUDIO, ContentKind.PEAKS
KEY, CONTEXT = bytes(32), SealContext("w1", "c1", AUDIO)


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if rclone_command() is None:
        pytest.skip("no rclone here")
    with rclone_server(tmp_path_factory.mktemp("rclone")) as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


def store_at(endpoint: str, tmp_path: Path, *, workspace: str = "") -> S3ClipStore:
    place = ClipsPlace(f"s3://{BUCKET}/sealed", endpoint, "eu-central-1")
    name = workspace or f"w{abs(hash(str(tmp_path)))}"  # each test has objects of its own
    return S3ClipStore(Bucket.of(place), name, LocalClipStore(tmp_path / "clips"))


class S3Contract(ClipStoreContract):
    def test_a_new_object_is_there_before_it_is_kept_and_gone_if_it_is_not(
        self, store: ClipStore, tmp_path: Path
    ) -> None:
        for is_kept in (True, False):
            new = store.create("c1", AUDIO)
            new.stream.write(b"0123456789" * 1000)
            store.sync_new([new])
            assert store.has("c1", AUDIO)
            if is_kept:
                new.keep()
            new.discard()
            assert store.has("c1", AUDIO) == is_kept
            assert not list((tmp_path / "clips").iterdir())
            store.remove("c1")

    def test_a_new_object_that_was_swept_before_its_commit_is_uploaded_again(self, store: ClipStore) -> None:
        new = store.create("c1", AUDIO)
        new.stream.write(b"sealed")
        store.sync_new([new])
        store.sweep(set())
        new.keep()
        new.discard()
        with store.open("c1", AUDIO) as stream:
            assert stream.read() == b"sealed"

    def test_a_long_object_is_uploaded_in_parts_and_read_by_ranges(self, store: ClipStore) -> None:
        data = bytes(range(256)) * (40 * CHUNK_BYTES // 256) * 4  # 10 MiB: two parts
        new = store.create("c1", AUDIO)
        new.stream.write(data)
        store.sync_new([new])
        new.keep()
        new.discard()
        with store.open("c1", AUDIO) as stream:
            for place in (len(data) - 7, 3 * CHUNK_BYTES - 1, 0, len(data) // 2):
                stream.seek(place)
                assert stream.read(CHUNK_BYTES) == data[place : place + CHUNK_BYTES]
            assert stream.read(0) == b""
            stream.seek(len(data) + 5)
            assert stream.read(5) == b""


class TestMoto(S3Contract):
    @pytest.fixture
    def store(self, moto: str, tmp_path: Path) -> ClipStore:
        return store_at(moto, tmp_path)

    def test_another_workspaces_objects_are_neither_listed_nor_swept(self, moto: str, tmp_path: Path) -> None:
        ours, theirs = (store_at(moto, tmp_path / one, workspace=one) for one in ("wa", "wab"))
        ours.put("c1", AUDIO, b"ours")
        theirs.put("c2", AUDIO, b"theirs")
        assert ours.clip_ids() == {"c1"}
        assert ours.sweep(set()) == 1
        assert theirs.has("c2", AUDIO)

    def test_a_thousand_and_more_objects_are_listed(self, store: ClipStore) -> None:
        names = [f"c{number:04}" for number in range(1003)]
        for name in names:
            store.put(name, AUDIO, b"x")
        assert store.clip_ids() == set(names)
        assert store.sweep(set(names[:2])) == len(names) - 2
        assert store.clip_ids() == set(names[:2])


class TestRclone(S3Contract):
    @pytest.fixture
    def store(self, rclone: str, tmp_path: Path) -> ClipStore:
        return store_at(rclone, tmp_path)

    def test_a_wrong_secret_is_unavailable_and_says_nothing_of_it(
        self, rclone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
        store = store_at(rclone, tmp_path)
        for act in (
            lambda: store.put("c1", AUDIO, b"x"),
            lambda: store.open("c1", AUDIO),
            lambda: store.has("c1", AUDIO),
            store.clip_ids,
            lambda: store.sweep(set()),
        ):
            with pytest.raises(Unavailable) as caught:
                act()
            assert "secret" not in str(caught.value.parameters)
            assert BUCKET not in str(caught.value.parameters)


class TestFaults:
    @pytest.fixture
    def network(self, moto: str) -> Network:
        return Network(moto)

    @pytest.fixture
    def store(self, network: Network, tmp_path: Path) -> Iterator[S3ClipStore]:
        with network.open() as endpoint:
            yield store_at(endpoint, tmp_path)

    @pytest.mark.parametrize(
        ("fault", "error"),
        [("403", Unavailable), ("404", Damaged), ("no bucket", Unavailable), ("other bytes", Damaged)],
    )
    def test_an_opening_that_fails_says_whether_the_clip_or_the_service_is_at_fault(
        self, store: S3ClipStore, network: Network, fault: str, error: type[Exception]
    ) -> None:
        store.put("c1", AUDIO, seal(KEY, CONTEXT, b"sound" * 1000))
        network.faults = [("GET", fault)]
        with pytest.raises(error):
            SealedReader(KEY, CONTEXT, store.open("c1", AUDIO))

    @pytest.mark.parametrize("fault", ["500", "reset", "slow"])
    def test_what_passes_is_tried_again(self, store: S3ClipStore, network: Network, fault: str) -> None:
        network.faults = [("PUT", fault), ("GET", fault)]
        store.put("c1", AUDIO, b"sealed")
        with store.open("c1", AUDIO) as stream:
            assert stream.read() == b"sealed"
        assert not network.faults

    def test_a_body_that_is_cut_is_read_again_or_unavailable_and_never_short(
        self, store: S3ClipStore, network: Network
    ) -> None:
        store.put("c1", AUDIO, b"0123456789" * 1000)
        network.faults = [("GET", "cut")]
        try:
            with store.open("c1", AUDIO) as stream:
                assert stream.read() == b"0123456789" * 1000
        except Unavailable:
            assert not network.faults

    def test_other_bytes_in_the_middle_of_a_long_clip_never_become_sound(
        self, store: S3ClipStore, network: Network
    ) -> None:
        plain = bytes(range(256)) * (20 * CHUNK_BYTES // 256)
        store.put("c1", AUDIO, seal(KEY, CONTEXT, plain))
        reader = io.BufferedReader(SealedReader(KEY, CONTEXT, store.open("c1", AUDIO)), CHUNK_BYTES)
        network.faults = [("GET", "other bytes")]
        reader.seek(12 * CHUNK_BYTES)
        with pytest.raises(Damaged):
            reader.read(10)
        reader.seek(12 * CHUNK_BYTES)  # asked for again it is right

    def test_a_short_clip_is_opened_by_one_request_and_a_long_one_is_not_fetched_whole(
        self, store: S3ClipStore, network: Network
    ) -> None:
        store.put("c1", AUDIO, seal(KEY, CONTEXT, b"sound" * 1000))
        plain = bytes(range(256)) * (100 * CHUNK_BYTES // 256)
        store.put("c2", AUDIO, seal(KEY, SealContext("w1", "c2", AUDIO), plain))
        network.asked.clear()
        SealedReader(KEY, CONTEXT, store.open("c1", AUDIO)).close()
        assert [method for method, _, _ in network.asked] == ["GET"]
        network.asked.clear()
        reader = SealedReader(KEY, SealContext("w1", "c2", AUDIO), store.open("c2", AUDIO))
        with io.BufferedReader(reader, CHUNK_BYTES) as stream:
            stream.seek(50 * CHUNK_BYTES)
            assert stream.read(100) == plain[50 * CHUNK_BYTES : 50 * CHUNK_BYTES + 100]
        assert len(network.asked) <= 3
        assert all(asked for _, _, asked in network.asked[1:])  # ranges, but for the first, which is given up

    def test_the_name_of_an_object_is_its_clip_and_kind(self, store: S3ClipStore, network: Network) -> None:
        store.put("c1", AUDIO, b"sealed")
        (asked,) = network.asked
        assert asked[1].endswith("/c1/audio.sealed")

    def test_a_service_that_is_not_there_is_unavailable(self, tmp_path: Path) -> None:
        store = store_at("http://127.0.0.1:9", tmp_path)
        with pytest.raises(Unavailable):
            store.has("c1", AUDIO)


@pytest.mark.parametrize("missing", ["region", "endpoint", "both"])
def test_bucket_without_a_region_or_an_endpoint_of_its_own_is_opened(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    endpoint = "" if missing != "region" else "https://127.0.0.1:9"
    region = "" if missing != "endpoint" else "eu-central-1"
    assert Bucket("bucket", "", endpoint, region).open() is not None


def test_without_credentials_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Refused) as caught:
        Bucket("clips", "", "", "").open()
    assert caught.value.code == "CLIPS_NO_CREDENTIALS"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (ClipsPlace("https://example.test/clips"), "CLIPS_URL"),
        (ClipsPlace("s3://"), "CLIPS_URL"),
        (ClipsPlace("s3://Bad_Bucket"), "CLIPS_URL"),
        (ClipsPlace("s3://key:secret@clips"), "CLIPS_URL_SECRET"),
        (ClipsPlace("s3://clips?secret=1"), "CLIPS_URL_SECRET"),
        (ClipsPlace("s3://clips", "http://storage.example.test"), "CLIPS_ENDPOINT"),
        (ClipsPlace("s3://clips", "ftp://127.0.0.1"), "CLIPS_ENDPOINT"),
        (ClipsPlace("s3://clips", "https://key:secret@storage.example.test"), "CLIPS_URL_SECRET"),
    ],
)
def test_a_place_that_is_unsafe_or_unknown_is_refused(place: ClipsPlace, code: str) -> None:
    with pytest.raises(Refused) as caught:
        Bucket.of(place)
    assert caught.value.code == code


def test_the_project_file_names_the_bucket() -> None:
    project = parse_project('[clips]\nurl = "s3://clips/a/b"\nendpoint = "https://s3.example.test"\n')
    assert Bucket.of(project.clips) == Bucket("clips", "a/b", "https://s3.example.test", "")
