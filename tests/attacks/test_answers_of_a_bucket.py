"""A bucket that lies about sizes, and does not stop to send."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from reviewer.clips.store import LocalClipStore
from reviewer.model.clip import ContentKind
from reviewer.model.project import ClipsPlace
from tests.fakes.s3_servers import KEY_ID, SECRET, service_of

pytest.importorskip("obstore")
BLOCK = bytes(1 << 16)
CLAIMED = 1 << 40
ENOUGH = 64 << 20


@contextmanager
def boundless(sent: list[int]) -> Iterator[str]:
    """A service whose every object is a terabyte, and which sends more than it is asked for."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None: ...
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            self.send_response(206 if asked else 200)
            if asked:
                self.send_header("Content-Range", f"bytes {asked.removeprefix('bytes=')}/{CLAIMED}")
            self.send_header("ETag", '"x"')
            self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
            self.send_header("Content-Length", str(CLAIMED))
            self.end_headers()
            with suppress(OSError):
                while not ended.is_set() and sum(sent) < 4 * ENOUGH:
                    self.wfile.write(BLOCK)
                    sent.append(len(BLOCK))
            self.close_connection = True

    with service_of(Handler) as endpoint:
        try:
            yield endpoint
        finally:
            ended.set()


def test_no_more_of_a_range_is_read_than_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reviewer.clips.s3_store import Bucket, S3ClipStore

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    sent: list[int] = []
    with boundless(sent) as endpoint:
        place = ClipsPlace("s3://clips/voices", endpoint, "eu-central-1")
        store = S3ClipStore(Bucket.of(place), "w1", LocalClipStore(tmp_path / "clips"))
        with store.open("c1", ContentKind.AUDIO) as stream:
            assert stream.seek(0, 2) == CLAIMED
            stream.seek(CLAIMED // 2)
            assert stream.read(1000) == bytes(1000)
    assert sum(sent) < ENOUGH
