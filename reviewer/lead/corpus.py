"""Statistics of the accepted texts, and search in them: in memory only, logged before a text is opened."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from reviewer.lead.intake import Progress
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip_list import StoredClip
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.privacy.denial import undenied
from reviewer.session.clip_access import ClipAccess
from reviewer.session.export_access import ExportAccess
from reviewer.session.known_words import Lexicon
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.text_search import excerpt
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.corpus import Corpus, CorpusCounter
from reviewer.transcript.dictionaries import dictionary_of
from reviewer.transcript.find import Query, find
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.spelling import Spelling

_PROFILE = "training"
_CLIPS_A_BATCH = 100
_LEFT_OUT = (Flag.PERSONAL_DATA, Flag.UNUSABLE, Flag.WRONG_LANGUAGE)
_MOST_FOUND = 2_000


@dataclass(frozen=True, slots=True)
class FoundText:
    """A clip whose text contains what was looked for, ``count`` times; ``excerpt`` is around the first."""

    clip_id: str
    locale: str
    count: int
    excerpt: str


class CorpusReader:
    """Reads the accepted text of every clip that may be opened, a batch at a time; keeps none of them."""

    def __init__(
        self, unit: UnitOfWork, access: ClipAccess, conventions: LocaleConventions, lexicon: Lexicon
    ) -> None:
        self._unit = unit
        self._access = ExportAccess(unit, access)
        self._conventions = conventions
        self._lexicon = lexicon

    def statistics(
        self,
        identity: Identity,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Corpus:
        """The statistics of the training texts of all clips with a final text; empty when cancelled.

        Clips on hold, and those that an export leaves out for a flag or personal data, are left out here too.

        Raises: Refused without a valid agreement; Damaged.
        """
        counter, left_out = CorpusCounter(), Counter[str]()
        for clip_id, stored, annotation in self._texts(identity, "statistics", left_out, progress, cancelled):
            _, locale, seconds, _ = stored
            if reason := _reason_against(annotation, locale):
                left_out[reason] += 1
            else:
                text = normalise(annotation.text_verbatim, self._conventions.of(locale), _PROFILE)
                counter.add(clip_id, locale, seconds, text)
        if cancelled():
            return Corpus()
        return counter.corpus(_KnownWords(self._conventions, self._lexicon), dict(left_out))

    def search(
        self,
        identity: Identity,
        query: Query,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[FoundText]:
        """The clips whose accepted text contains the query, by id, at most 2,000; nothing when cancelled.

        Which texts were looked at is logged, found or not; what was looked for never is.

        Raises: Refused without a valid agreement; Damaged.
        """
        found: list[FoundText] = []
        texts = self._texts(identity, "search", Counter(), progress, cancelled)
        for clip_id, (_, locale, _, _), annotation in texts:
            segments = [segment.text for segment in annotation.segments]
            matches = find(segments, query, locale)
            if matches:
                first = matches[0]
                around = excerpt(segments[first.row], first.start, first.end)
                found.append(FoundText(clip_id, locale, len(matches), around))
            if len(found) >= _MOST_FOUND:
                break
        return [] if cancelled() else found

    def require_openable(self, identity: Identity, clips: Collection[str]) -> None:
        """For words that were read before and are still shown.

        Raises: Refused without a valid agreement, or if consent or retention of one of these clips has ended.
        """
        self._access.require(identity)
        self._access.require_openable(clips)

    def record_saved(self, identity: Identity, table: str, rows: int, clips: Collection[str]) -> None:
        """Logs, before it is done, that a table with words of these clips' texts is written to a file.

        Raises: what ``require_openable`` raises; then nothing may be written.
        """
        self.require_openable(identity, clips)
        detail: dict[str, DetailValue] = {"table": table, "rows": rows}
        self._unit.log.record(Event.by(identity, Action.CORPUS_SAVED, detail=detail))

    def _texts(
        self,
        identity: Identity,
        purpose: str,
        left_out: Counter[str],
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> Iterator[tuple[str, StoredClip, Annotation]]:
        self._access.require(identity)
        stored, queue = self._unit.clips.listed(), self._unit.queue
        done, last, all_ = 0, "", queue.final_count()
        while not cancelled() and (batch := queue.final_texts(_CLIPS_A_BATCH, after=last)):
            last = batch[-1].clip_id
            pending = self._unit.redactions.of_clips([each.clip_id for each in batch])
            works = [each for each in batch if not any(one.is_muted for one in pending.get(each.clip_id, ()))]
            texts = self._access.texts(identity, works, purpose)
            left_out.update(texts.left_out.values())
            for sealed, annotation in zip(works, texts.annotations, strict=True):
                if annotation is not None:
                    yield sealed.clip_id, stored[sealed.clip_id], annotation
            done += len(batch)
            progress(done, all_)


class _KnownWords:
    """Looks words up in the dictionary of their language and the project's lexicon."""

    def __init__(self, conventions: LocaleConventions, lexicon: Lexicon) -> None:
        self._conventions = conventions
        self._lexicon = lexicon
        self._locale = ""
        self._spelling: Spelling | None = None

    def __call__(self, word: str, locale: str) -> bool | None:
        if self._spelling is None or locale != self._locale:
            dictionary = dictionary_of(locale.partition("-")[0])
            self._spelling, self._locale = Spelling(dictionary, self._lexicon(locale)), locale
        return self._spelling.has(word, self._conventions.of(locale))


def _reason_against(annotation: Annotation, locale: str) -> str:
    flags = annotation.flags.union(*(segment.flags for segment in annotation.segments))
    flagged = next((f"flag_{flag}" for flag in _LEFT_OUT if flag in flags), "")
    if flagged:
        return flagged
    is_found = any(undenied(text, locale, annotation.denied) for text in annotation.read_texts)
    return "personal_data_found" if is_found else ""
