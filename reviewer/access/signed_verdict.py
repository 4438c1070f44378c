"""Verdicts that somebody signed: that work was accepted, or passed a draw, and which text of it.

Ed25519 signs what is said with the ids of clip, task and annotation, and the keyed digest of the text, so a
verdict on one version is none on another. The queue keeps it readable, beside the verdict: it has no words.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer.access import signing
from reviewer.access.log_chain import canonical
from reviewer.errors import Damaged
from reviewer.model.clock import to_micros
from reviewer.model.people import Identity
from reviewer.model.serialization import from_json, to_json
from reviewer.model.task import DrawnWork, TaskKind, VerdictKind

_WHAT = b"reviewer verdict\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVerdict:
    """What one person says about one annotation; ``digest`` is keyed, of its text when it was judged.

    ``task_kind``: a review, an adjudication (of the own work), or a transcription that a draw passed.
    ``fixed_id``: the reviewer's own version, which counts instead. ``draw_id`` and ``rate``: what the draw
    was computed from, and below which share of it work is reviewed.
    """

    clip_id: str
    task_id: str
    task_kind: TaskKind
    annotation_id: str
    digest: bytes
    kind: VerdictKind
    person_id: str
    at: datetime
    fixed_id: str = ""
    draw_id: str = ""
    rate: str = ""
    signature: bytes = b""


def draw_value(secret: bytes, submission_id: str) -> int:
    """HMAC-SHA256(secret, submission id), its first eight bytes as a number below 2**64."""
    return int.from_bytes(hmac.new(secret, submission_id.encode(), hashlib.sha256).digest()[:8], "big")


def is_selected(secret: bytes, draw_id: str, annotation_id: str, rate: float) -> bool:
    """Whether a draw in a queue elsewhere selects work for review, by either of its two ids.

    The server chooses ``draw_id``, and could choose one that is known to pass; the other id was signed by the
    author.
    """
    return min(draw_value(secret, each) for each in (draw_id, annotation_id)) < rate * 2**64


def sign_verdict(said: SignedVerdict, workspace_id: str, sign: Callable[[bytes], bytes]) -> str:
    """What the queue keeps of it, signed with ``sign`` (``signing.signer``)."""
    return to_json(replace(said, signature=sign(_message(said, workspace_id))))


def sign_passed(
    identity: Identity, workspace_id: str, rate: float, now: Callable[[], datetime]
) -> Callable[[DrawnWork], str | None]:
    """Signs, as the person who draws, work that a draw with this rate passes without a review; None if it
    is selected."""
    sign, secret = signing.signer(identity.keyring.signing_key), identity.keyring.qa_secret

    def signed(drawn: DrawnWork) -> str | None:
        if secret is None or is_selected(secret, drawn.draw_id, drawn.annotation_id, rate):
            return None
        said = SignedVerdict(
            clip_id=drawn.clip_id,
            task_id=drawn.task_id,
            task_kind=TaskKind.TRANSCRIBE,
            annotation_id=drawn.annotation_id,
            digest=drawn.digest,
            kind=VerdictKind.PASSED,
            person_id=identity.person.id,
            at=now(),
            draw_id=drawn.draw_id,
            rate=repr(float(rate)),
        )
        return sign_verdict(said, workspace_id, sign)

    return signed


def read_verdict(text: str) -> SignedVerdict | None:
    """Reads what ``sign_verdict`` wrote; None for anything else. Does not verify the signature."""
    try:
        said = from_json(SignedVerdict, text) if text else None
    except Damaged:
        return None
    return said if isinstance(said, SignedVerdict) else None


def is_signed_with(said: SignedVerdict, public_key: bytes, workspace_id: str) -> bool:
    """Whether this key signed all of the verdict, for this workspace."""
    try:
        return signing.verify(public_key, _message(said, workspace_id), said.signature)
    except (TypeError, ValueError, AttributeError):  # other types than the fields have
        return False


def _message(said: SignedVerdict, workspace_id: str) -> bytes:
    fields = {
        "v": 1,
        "workspace": workspace_id,
        "clip": said.clip_id,
        "task": said.task_id,
        "task_kind": said.task_kind.value,
        "annotation": said.annotation_id,
        "digest": said.digest.hex(),
        "verdict": said.kind.value,
        "by": said.person_id,
        "at": to_micros(said.at),
        "fixed": said.fixed_id,
        "draw": said.draw_id,
        "rate": said.rate,
    }
    return _WHAT + canonical(fields)
