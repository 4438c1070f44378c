"""The ``draft_distance`` table: how far submitted texts are from recognisers' drafts, as counts of errors."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.db.connection import Database
from reviewer.model.clock import Clock, to_micros
from reviewer.stats.wer import WordErrors


@dataclass(frozen=True, slots=True)
class DraftDistance:
    """One draft against the text submitted for the same clip, which is the reference.

    ``is_hidden``: the person did not see the draft.
    """

    annotation_id: str
    hypothesis_id: str
    task_id: str
    clip_id: str
    engine: str
    version: str
    is_hidden: bool
    words: WordErrors
    characters: WordErrors


@dataclass(frozen=True, slots=True)
class MeanDistance:
    """All texts measured against one engine's drafts that were shown, or hidden.

    ``words`` and ``characters`` are sums: their rates weigh every word alike. ``mean_rate`` is the mean of
    the texts' word error rates, each at most 1.
    """

    engine: str
    version: str
    is_hidden: bool
    texts: int
    words: WordErrors
    characters: WordErrors
    mean_rate: float


class DraftDistanceRepository:
    """Counts only: nothing of a text is kept."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, distances: Sequence[DraftDistance]) -> None:
        """Keeps these distances; work that is sent again changes nothing."""
        made_at = to_micros(self._clock.now())
        for one in distances:
            self._database.execute(
                "INSERT INTO draft_distance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (
                    one.annotation_id, one.hypothesis_id, one.task_id, one.clip_id, one.engine, one.version,
                    int(one.is_hidden), one.words.errors, one.words.reference_words,
                    one.characters.errors, one.characters.reference_words, made_at,
                ),
            )  # fmt: skip

    def means(self) -> list[MeanDistance]:
        """One for each engine, version and shown or hidden, in this order."""
        rows = self._database.rows(
            "SELECT engine, version, is_hidden, count(*) AS texts, sum(word_errors) AS word_errors,"
            " sum(words) AS words, sum(character_errors) AS character_errors, sum(characters) AS characters,"
            " avg(min(1.0, CASE WHEN words = 0 THEN word_errors ELSE 1.0 * word_errors / words END)) AS mean"
            " FROM draft_distance GROUP BY engine, version, is_hidden ORDER BY engine, version, is_hidden"
        )
        return [
            MeanDistance(
                row["engine"],
                row["version"],
                bool(row["is_hidden"]),
                row["texts"],
                WordErrors(row["word_errors"], row["words"]),
                WordErrors(row["character_errors"], row["characters"]),
                row["mean"],
            )
            for row in rows
        ]

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes those of a purged clip."""
        self._database.execute("DELETE FROM draft_distance WHERE clip_id = ?", (clip_id,))
