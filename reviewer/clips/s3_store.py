"""Stores sealed objects in a bucket of any S3-compatible service, without access to keys."""

import io
import ipaddress
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, GenericError
from obstore.store import S3Store

from reviewer.clips.seal import CHUNK_BYTES
from reviewer.clips.store import LocalClipStore, NewObject, require_clip_id
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.files import NewFile
from reviewer.model.clip import ContentKind
from reviewer.model.project import ClipsPlace

_FIRST_BYTES = 8 * CHUNK_BYTES
"""What an opening takes at once: most clips are whole in it."""
_AHEAD_BYTES = 4 * CHUNK_BYTES
_PART_BYTES, _PARTS, _UPLOADS = 8 << 20, 2, 4  # at most 64 MiB are on the way
_SUFFIX = ".sealed"
_NO_RANGES = "non-partial response"
_CERTIFICATE = "InvalidCertificate"  # in what the client tells of its own error
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CONNECT = timedelta(seconds=5)
_REQUEST = timedelta(seconds=30)
_RETRIES = 4
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip
"""Without any of them the client would look for a machine of Amazon's, for half a minute."""
_RETRYING = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and what stands before the names of its objects; ``endpoint`` is empty for Amazon's own."""

    name: str
    prefix: str
    endpoint: str
    region: str

    @classmethod
    def of(cls, place: ClipsPlace) -> "Bucket":
        """The bucket of ``[clips]`` in a project file. Raises Refused for any other place, or a secret."""
        url = urlsplit(place.url)
        endpoint = urlsplit(place.endpoint)
        if "@" in url.netloc or "@" in endpoint.netloc or url.query or endpoint.query:
            raise Refused("CLIPS_URL_SECRET")
        if url.scheme != "s3" or not _BUCKET.fullmatch(url.netloc) or url.fragment:
            raise Refused("CLIPS_URL", url=place.url)
        if place.endpoint:
            is_safe = endpoint.scheme == "https" or (
                endpoint.scheme == "http" and _is_loopback(endpoint.hostname)
            )
            if not is_safe or not endpoint.hostname:
                raise Refused("CLIPS_ENDPOINT", url=place.endpoint)
        return cls(url.netloc, url.path.strip("/"), place.endpoint.rstrip("/"), place.region)

    def open(self) -> S3Store:
        """A client; credentials come from the environment, never from us. Raises Refused without any."""
        if not any(os.environ.get(name) for name in _CREDENTIALS):
            raise Refused("CLIPS_NO_CREDENTIALS")
        said = {"prefix": self.prefix, "region": self.region, "endpoint": self.endpoint}
        return S3Store(
            self.name,
            **{name: value for name, value in said.items() if value},  # type: ignore[arg-type]
            virtual_hosted_style_request=not self.endpoint,
            client_options={
                "allow_http": self.endpoint.startswith("http://"),
                "connect_timeout": _CONNECT,
                "timeout": _REQUEST,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRYING},
        )


class S3ClipStore:
    """Objects ``<workspace id>/<clip id>/<kind>.sealed``; new ones are written to a local folder first.

    Satisfies ``reviewer.clips.store.ClipStore``. An object is in the bucket before the commit that makes it
    count. Only objects of this workspace are listed or swept, so several may share a bucket and a prefix.
    """

    has_files = False

    def __init__(self, bucket: Bucket, workspace_id: str, local: LocalClipStore) -> None:
        self._bucket = bucket
        self._root = workspace_id
        self._local = local

    @cached_property
    def _store(self) -> S3Store:
        """Opened when a clip is asked for: who lists people or reads the log needs no credentials."""
        return self._bucket.open()

    def put(self, clip_id: str, kind: ContentKind, sealed: bytes) -> None:
        name = self._name(clip_id, kind)
        with _not_written():
            obstore.put(self._store, name, sealed)

    def create(self, clip_id: str, kind: ContentKind) -> "NewS3Object":
        return NewS3Object(self._store, self._name(clip_id, kind), self._local.create(clip_id, kind))

    def adopt(self, clip_id: str, kind: ContentKind, written_as: str) -> "NewS3Object":
        """An object that another process has written into the local folder; raises OSError."""
        return NewS3Object(
            self._store, self._name(clip_id, kind), self._local.adopt(clip_id, kind, written_as)
        )

    def sync_new(self, objects: Sequence[NewObject]) -> None:
        try:
            with ThreadPoolExecutor(_UPLOADS, "upload") as pool:
                for _ in pool.map(lambda one: one.sync(), objects):
                    pass
        except OSError as error:
            raise Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror)) from error

    def sync_names(self) -> None:
        """Nothing: an object that was uploaded is durable."""

    def open(self, clip_id: str, kind: ContentKind) -> BinaryIO:
        return _opened(self._store, self._name(clip_id, kind))

    def local_path(self, clip_id: str, kind: ContentKind) -> None:
        """None: another process would need the credentials."""

    def has(self, clip_id: str, kind: ContentKind) -> bool:
        with _not_read():
            return _has(self._store, self._name(clip_id, kind))

    def remove(self, clip_id: str) -> None:
        with _not_written():
            self._delete([name for _, name in self._listed(f"{self._root}/{require_clip_id(clip_id)}")])

    def clip_ids(self) -> set[str]:
        with _not_read():
            return {clip_id for clip_id, _ in self._listed(self._root)}

    def sweep(self, keep: set[str]) -> int:
        left = self._local.sweep(set())
        with _not_written():
            orphans = [(clip_id, name) for clip_id, name in self._listed(self._root) if clip_id not in keep]
            self._delete([name for _, name in orphans])
        return left + len({clip_id for clip_id, _ in orphans})

    def _name(self, clip_id: str, kind: ContentKind) -> str:
        return f"{self._root}/{require_clip_id(clip_id)}/{kind.value}{_SUFFIX}"

    def _listed(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Clip id and name of each of our objects; a page of the listing at a time."""
        for page in obstore.list(self._store, prefix):
            for one in page:
                parts = one["path"].split("/")
                if len(parts) == 3 and parts[0] == self._root and parts[2].endswith(_SUFFIX):
                    yield parts[1], one["path"]

    def _delete(self, names: list[str]) -> None:
        if names:
            obstore.delete(self._store, names)


class NewS3Object:
    """An object that is written to a local file, and uploaded by ``sync``."""

    def __init__(self, store: S3Store, name: str, file: NewFile) -> None:
        self._store, self._name, self._file = store, name, file
        self._is_kept = self._is_uploaded = False

    @property
    def stream(self) -> BinaryIO:
        return self._file.stream

    def reread(self) -> BinaryIO:
        return self._file.reread()

    def sync(self) -> None:
        """Uploads it, in parts if it is long. Raises Unavailable, OSError."""
        self._file.stream.flush()
        self._file.stream.seek(0)
        with _not_written():
            obstore.put(
                self._store, self._name, self._file.stream, chunk_size=_PART_BYTES, max_concurrency=_PARTS
            )
        self._is_uploaded = True

    def keep(self) -> None:
        """Nothing more than a look: a sweep that came before the commit may have removed it."""
        with _not_read():
            is_there = self._is_uploaded and _has(self._store, self._name)
        if not is_there:
            self.sync()
        self._is_kept = True

    def discard(self) -> None:
        self._file.discard()
        if self._is_uploaded and not self._is_kept:
            with suppress(BaseError, OSError):  # the next sweep removes it
                obstore.delete(self._store, self._name)


class RangeReader(io.RawIOBase):
    """Reads an object from any offset, a range at a time; wrap it in ``io.BufferedReader``."""

    def __init__(self, store: S3Store, name: str, size: int, first: bytes) -> None:
        super().__init__()
        self._store, self._name, self._size = store, name, size
        self._begin, self._bytes = 0, first
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Raises Damaged when the object is gone, Unavailable when the service does not answer."""
        wanted = min(len(buffer), self._size - self._position)
        if wanted <= 0:
            return 0
        if not self._begin <= self._position < self._begin + len(self._bytes):
            end = min(self._size, self._position + max(wanted, _AHEAD_BYTES))
            self._begin, self._bytes = self._position, self._range(self._position, end)
        start = self._position - self._begin
        part = self._bytes[start : start + wanted]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _range(self, start: int, end: int) -> bytes:
        with _not_read():
            try:
                found = self._streamed(start, end)
            except GenericError as error:
                if _NO_RANGES not in str(error):
                    raise
                found = self._passed_over(start, end)
        if len(found) != end - start:
            raise Unavailable("CLIP_NOT_READ", problem="a part of it did not come")
        return found

    def _streamed(self, start: int, end: int) -> bytes:
        """A range as it comes, and no more of it than was asked for, whatever else is sent."""
        found = bytearray()
        for part in obstore.get(self._store, self._name, options={"range": (start, end)}).stream():
            found += bytes(part)[: end - start - len(found)]
            if len(found) == end - start:
                break
        return bytes(found)

    def _passed_over(self, start: int, end: int) -> bytes:
        """A range of a service that sends objects only from their beginning: slow, but right."""
        found, place = bytearray(), 0
        for part in obstore.get(self._store, self._name).stream():
            found += bytes(part)[max(0, start - place) : max(0, end - place)]
            place += len(part)
            if place >= end:
                break
        return bytes(found)


def _opened(store: S3Store, name: str) -> BinaryIO:
    """One request for a short object. Of a long one its beginning is taken, and the request is given up.

    Not a range: some services answer one that holds the whole object as if none had been asked for.
    """
    first = bytearray()
    with _not_read():
        found = obstore.get(store, name)
        size = found.meta["size"]
        for part in found.stream(min_chunk_size=CHUNK_BYTES):
            first += part
            if len(first) >= _FIRST_BYTES:
                break
    if len(first) < min(size, _FIRST_BYTES):
        raise Unavailable("CLIP_NOT_READ", problem="a part of it did not come")
    if size == len(first):
        return io.BytesIO(bytes(first))
    return cast("BinaryIO", io.BufferedReader(RangeReader(store, name, size, bytes(first)), CHUNK_BYTES))


def _has(store: S3Store, name: str) -> bool:
    try:
        obstore.head(store, name)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _not_read() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise Unavailable("CLIP_NOT_READ", problem="there is no such bucket") from error
        raise Damaged("CLIP_FILE_MISSING") from error
    except (BaseError, OSError) as error:
        raise Unavailable("CLIP_NOT_READ", problem=_sentence(error)) from error


@contextmanager
def _not_written() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise Unavailable("CLIP_NOT_WRITTEN", problem=_sentence(error)) from error


def _sentence(error: Exception) -> str:
    """The kind of a problem: what a service answers may name hosts, buckets and keys."""
    if isinstance(error, OSError):
        return str(error.strerror or type(error).__name__)
    if _CERTIFICATE in str(error):
        return "the service's certificate is not trusted"
    return type(error).__name__.removesuffix("Error")


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
