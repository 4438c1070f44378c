"""Decides about one request for a key: nothing leaves before its row is committed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from reviewer.access import signing
from reviewer.broker.facts import Grant, ReleaseFacts
from reviewer.broker.log import BrokerLog
from reviewer.broker.metrics import Metrics
from reviewer.broker.rate_limit import ClipLimit, RateLimit
from reviewer.broker.release import KeyAnswer, KeyRequest, SignedRequest, digest_of, refusal, require_meant
from reviewer.clips.key_delivery import seal_clip_key
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.messages import command_catalogue

REQUESTS_A_MINUTE = 30
"""Of one person: several times what somebody opens who works."""
UNKNOWN_A_MINUTE = 20
"""Requests without a good signature, all together: each has a row, and they must not fill the disk."""
_RATE = "KEY_REQUEST_RATE"
_CLIPS = "KEY_REQUEST_CLIPS"
_STATUS = {
    "KEY_REQUEST_MALFORMED": 400,
    _CLIPS: 429,
    "KEY_REQUEST_UNSIGNED": 401,
    "KEY_REQUEST_SLOW": 408,
    "KEY_REQUEST_REPLAYED": 409,
    "KEY_REQUEST_TOO_LARGE": 413,
    "KEY_REQUEST_TYPE": 415,
    _RATE: 429,
}
_RELEASED = 200
_REFUSED = 403
_FAILED = 503
_LOG = logging.getLogger("reviewer.broker")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: an HTTP status and signed bytes, or a failure without any; the rest is for a line in the
    server's log."""

    status: int
    body: bytes = field(repr=False)
    code: str = ""
    person_id: str = ""
    clip_id: str = ""


class KeyBroker:
    """Answers requests; may be called from several threads."""

    def __init__(
        self,
        *,
        facts: ReleaseFacts,
        log: BrokerLog,
        signing_key: bytes,
        metrics: Metrics,
        a_minute: int = REQUESTS_A_MINUTE,
        unknown_a_minute: int = UNKNOWN_A_MINUTE,
    ) -> None:
        self._facts = facts
        self._log = log
        self._signing_key = signing_key
        self._metrics = metrics
        self._clips = ClipLimit()
        self._by_person = RateLimit(a_minute)
        self._unknown = RateLimit(unknown_a_minute)
        self._failing = ""
        self.public_key = signing.public_key_of(signing_key)

    def answer(self, body: bytes) -> Answered:
        """The answer to the bytes of one request; never raises a ReviewerError."""
        return self._or_failed(lambda: self._answered(body))

    def refuse(self, code: str) -> Answered:
        """Refuses a request that was not read to its end."""
        return self._or_failed(lambda: self._refused_unknown(b"", code))

    def _or_failed(self, answer: Callable[[], Answered]) -> Answered:
        """An answer, or a failure; the server's log says once what it is, and once that it is over."""
        try:
            answered = answer()
        except (Unavailable, Damaged) as error:
            self._metrics.failed(error.code)
            if self._failing != error.code:
                words = command_catalogue().words(error.notice)
                _LOG.error("No keys are released. %s %s", words.sentence, words.hint)
            self._failing = error.code
            return Answered(_FAILED, b"", error.code)
        if self._failing and answered.status == _RELEASED:
            _LOG.info("Keys are released again.")
            self._failing = ""
        return answered

    def _answered(self, body: bytes) -> Answered:
        try:
            signed = SignedRequest.from_bytes(body)
        except Refused as error:
            return self._refused_unknown(body, error.code)
        public_key = self._facts.public_key(signed.request.person_id)
        if not public_key or not signed.is_by(public_key):
            return self._refused_unknown(body, "KEY_REQUEST_UNSIGNED")
        is_within, is_first = self._by_person.take(signed.request.person_id, self._log.clock.monotonic())
        if not is_within:
            return self._refused(signed, _RATE, has_row=is_first)
        try:
            return self._released(signed)
        except Refused as error:
            return self._refused(signed, error.code)

    def _released(self, signed: SignedRequest) -> Answered:
        request = signed.request
        require_meant(request, self.public_key, self._log.clock.now(), self._log.machine_time())
        grant = self._facts.grant(request)
        self._require_few_clips(request)
        with self._log.fresh(request):
            self._log.released(signed, grant)
        answer = self._sealed(signed, grant)
        self._metrics.released()
        return Answered(_RELEASED, answer.signed(self._signing_key), "", request.person_id, request.clip_id)

    def _require_few_clips(self, request: KeyRequest) -> None:
        """The queue's server holds people to the limits on taking, and so may its owner lift them; this one
        is the broker's own. Raises Refused."""
        who, now, most = request.person_id, self._log.clock.monotonic(), self._facts.most_clips_an_hour()
        if self._clips.take(who, request.clip_id, now, most):
            return
        if not self._facts.are_limits_lifted(who):
            raise Refused(_CLIPS)
        self._clips.forget(who)
        self._clips.take(who, request.clip_id, now, most)

    def _sealed(self, signed: SignedRequest, grant: Grant) -> KeyAnswer:
        """The key, unwrapped after the row was committed; raises Refused if it is not the one that the row
        names."""
        request, lease = signed.request, grant.lease
        found = self._facts.clip_key(request.clip_id)
        if (found.stored_as, found.generation) != (grant.stored_as, grant.generation):
            raise Refused("CLIP_CHANGED", clip=request.clip_id)
        opened = KeyAnswer(
            signed.digest,
            request.person_id,
            request.clip_id,
            request.task_id,
            request.token,
            grant.generation,
            grant.stored_as,
            lease.until,
        )
        return opened.with_key(seal_clip_key(grant.card, found.key, opened.bound()))

    def _refused(self, signed: SignedRequest, code: str, *, has_row: bool = True) -> Answered:
        if has_row:
            self._log.refused(signed, code)
        self._metrics.refused(code)
        body = refusal(signed.digest, code, self._signing_key)
        status = _STATUS.get(code, _REFUSED)
        return Answered(status, body, code, signed.request.person_id, signed.request.clip_id)

    def _refused_unknown(self, body: bytes, code: str) -> Answered:
        is_within, is_first = self._unknown.take("", self._log.clock.monotonic())
        if not is_within:
            code = _RATE
        if is_within or is_first:
            self._log.refused_unknown(code, digest_of(body))
        self._metrics.refused(code)
        return Answered(_STATUS.get(code, _REFUSED), refusal(digest_of(body), code, self._signing_key), code)
