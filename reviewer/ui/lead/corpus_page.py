"""Statistics of the accepted texts, and search in them. Nothing of it stays once the page is left."""

import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from reviewer.errors import Refused
from reviewer.transcript.corpus import Corpus, CorpusClip, Entry, LocaleTotals, histogram
from reviewer.transcript.find import Query
from reviewer.ui.jobs import CancelToken, Job, Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.chart import Chart
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.sorted_table import SortedColumn, SortedTable
from reviewer.ui.messages import Message
from reviewer.ui.page import PageRequest
from reviewer.ui.private_clipboard import PrivateLine
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.time_format import hours
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.lead.corpus import FoundText
    from reviewer.lead.session import LeadSession

_CHART_PX = 150
_LOCALE_PX = (64, 64, 76, 92, 76, 76, 88, 88)
_WORD_PX = (72, 72, 72, 92)
_CLIP_PX = (72, 72, 72, 72, 72)
_FOUND_PX = (152, 72, 72)


class CorpusPage(LeadPage):
    """Reads texts only when asked; words and results are in memory only while the page is shown."""

    scope = Scope.CORPUS

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("corpus", self.tr("Corpus"), jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self._corpus = Corpus()
        self._read: frozenset[str] = frozenset()
        """The clips of whose texts something is shown."""
        self._job: Job | None = None
        self._drawing: Job | None = None
        self._make_controls()
        self._make_charts()
        self._make_tables()
        self._lay_out()
        self._connect()
        self._update_buttons()

    # Public

    @Slot()
    def compute(self) -> None:
        """Reads every accepted text, which is logged, and shows the statistics."""
        lead = self._lead
        self._begin(
            lambda token: lead.corpus.statistics(
                lead.identity, partial(_report, token), lambda: token.is_cancelled
            ),
            self._show_corpus,
        )

    @Slot()
    def search(self) -> None:
        """Searches every accepted text, which is logged; what is searched for is not."""
        query = Query(self.wanted.text().strip(), whole_words=self.whole_words.isChecked())
        lead = self._lead
        if query.text:
            self._begin(
                lambda token: lead.corpus.search(
                    lead.identity, query, partial(_report, token), lambda: token.is_cancelled
                ),
                self._show_found,
            )

    @Slot()
    def cancel(self) -> None:
        """Stops reading; nothing of what was read stays."""
        if self._job is not None:
            self._job.cancel()
        self._end()

    def refresh_facts(self) -> None:
        """Asks whether the words that are shown may still be shown; if not, they go."""
        lead, read = self._lead, self._read
        if read:
            self.run(
                lambda _token: lead.corpus.require_openable(lead.identity, read),
                lambda _nothing: None,
                failed=self._on_not_openable,
            )

    def leave(self) -> None:
        self.cancel()
        self._read = frozenset()
        self.wanted.clear()
        self.message.clear()
        self._show_corpus(Corpus())
        self.found.show_rows(())

    def close_down(self) -> None:
        super().close_down()
        self.leave()

    def _on_not_openable(self, error: Exception) -> None:
        if isinstance(error, Refused):
            self.leave()
            self.show_failure(error)

    # Reading

    def _begin(self, work: Callable[[CancelToken], Any], done: Callable[[Any], None]) -> None:
        if self._job is not None:
            return
        self.message.clear()

        def over(result: Any) -> None:
            self._end()
            done(result)

        def failed(error: Exception) -> None:
            self._end()
            self.show_failure(error)

        self.bar.setRange(0, 0)
        self.bar.show()
        self._job = self.run(work, over, failed=failed, progressed=self._on_progress)
        self._update_buttons()

    def _end(self) -> None:
        self._job = None
        self.bar.hide()
        self._update_buttons()

    def _on_progress(self, progress: tuple[int, int]) -> None:
        self.bar.setRange(0, progress[1])
        self.bar.setValue(progress[0])

    # Showing

    def _show_corpus(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._read |= {each.id for each in corpus.clips}
        chosen = self.language.currentText()
        self.language.blockSignals(True)
        self.language.clear()
        self.language.addItem(self.tr("All languages"), "")
        for row in corpus.locales:
            self.language.addItem(row.locale, row.locale)
        self.language.setCurrentIndex(max(0, self.language.findText(chosen)))
        self.language.blockSignals(False)
        self.locales.show_rows(corpus.locales)
        self._show_language()
        if corpus.left_out:
            count = sum(corpus.left_out.values())
            self.message.show_message(
                Message(
                    self.tr("1 clip is left out.")
                    if count == 1
                    else self.tr("{0} clips are left out.").format(f"{count:,}"),
                    self.tr("An export leaves them out too: for a flag, or for likely personal data."),
                )
            )

    @Slot()
    def _show_language(self) -> None:
        locale, corpus = self.language.currentData() or "", self._corpus
        self.words.show_rows(_of(corpus.words, locale))
        self.characters.show_rows(_of(corpus.characters, locale))
        self._show_clips(_of(corpus.clips, locale), self.tr("Clips"))

    def _show_clips(self, clips: Sequence[CorpusClip], title: str) -> None:
        self.clips.show_rows(clips)
        self.clips.heading.setText(title)
        self._right.setCurrentWidget(self.clips)
        if self._drawing is not None:
            self._drawing.cancel()
            self._drawing = None
        if not clips:  # at once: the page may be about to go
            self._show_histograms([([], [])] * 3)
            return
        self._drawing = self.run(lambda _token: _histograms(clips), self._show_histograms)

    def _show_histograms(self, made: list[tuple[list[float], list[int]]]) -> None:
        for chart, bars in zip((self.lengths, self.character_rates, self.word_rates), made, strict=True):
            chart.show_bars(*bars)

    @Slot()
    def _on_word(self) -> None:
        """The clips of the word or character that is selected."""
        row: Entry | None = self._listed().chosen
        if row is not None:
            clips = [self._corpus.clips[place] for place in row.clips]
            self._show_clips(clips, self.tr("Clips with “{0}”").format(row.text))

    def _show_found(self, found: "list[FoundText]") -> None:
        self._read |= {each.clip_id for each in found}
        self.found.show_rows(found)
        self.found.heading.setText(self.tr("{0} clips found").format(f"{len(found):,}"))
        self._right.setCurrentWidget(self.found)

    @Slot()
    def _on_listed(self) -> None:
        self._left.setCurrentWidget(self._listed())
        self.words.csv_button.setVisible(self.listed.currentIndex() == 0)
        self.characters.csv_button.setVisible(self.listed.currentIndex() == 1)

    def _listed(self) -> SortedTable:
        return self.characters if self.listed.currentIndex() else self.words

    def _table_in_use(self) -> SortedTable:
        tables = (self.locales, self.words, self.characters, self.clips, self.found)
        return next((each for each in tables if each.view.hasFocus()), self._listed())

    @Slot(object)
    def _on_clip(self, row: "CorpusClip | FoundText") -> None:
        clip_id = row.id if isinstance(row, CorpusClip) else row.clip_id
        self.page_requested.emit(PageRequest("clips", clip_id))

    @Slot()
    def _on_open(self) -> None:
        (self.found if self._right.currentWidget() is self.found else self.clips).open_chosen()

    @Slot()
    def _on_next_listed(self) -> None:
        self.listed.setCurrentIndex(1 - self.listed.currentIndex())

    @Slot(object)
    def _on_locale(self, row: LocaleTotals) -> None:
        self.language.setCurrentText(row.locale)

    @Slot()
    def _update_buttons(self) -> None:
        is_busy = self._job is not None
        for button in (self.compute_button, self.find_button):
            enable(button, not is_busy, self.tr("Texts are being read."))
        enable(self.cancel_button, is_busy, self.tr("Nothing is being read."))

    # Making

    def _make_controls(self) -> None:
        self.bar = self.progress_bar("corpus_bar", self.tr("Texts read"))
        self.compute_button = self.button(
            "corpus_compute", self.tr("Compute"), self.tr("Read the accepted texts; each is logged"),
            self.compute, shortcut_id="corpus.compute", kind="primary",
        )  # fmt: skip
        self.cancel_button = self.button(
            "corpus_cancel", self.tr("Stop"), self.tr("Stop reading; nothing is kept"), self.cancel,
            shortcut_id="corpus.cancel",
        )  # fmt: skip
        self.language = named(QComboBox(self), "corpus_language", self.tr("Show one language"))
        self.language.addItem(self.tr("All languages"), "")
        self.wanted = named(
            PrivateLine(self),
            "corpus_find",
            self.tr("Search in the accepted texts"),
            shortcut_id="corpus.find",
        )
        self.wanted.setPlaceholderText(self.tr("Search in the accepted texts; each is logged"))
        self.wanted.setClearButtonEnabled(True)
        self.whole_words = named(
            QCheckBox(self.tr("Whole words"), self), "corpus_whole_words", self.tr("Find whole words only")
        )
        self.find_button = self.button(
            "corpus_search", self.tr("Find"), self.tr("Read the accepted texts and search"), self.search
        )
        self.listed = named(QComboBox(self), "corpus_listed", self.tr("List words or characters"))
        self.listed.addItems([self.tr("Words"), self.tr("Characters")])

    def _make_charts(self) -> None:
        clips = self.tr("Clips")
        made = (
            (
                "corpus_lengths",
                self.tr("Lengths of clips"),
                self.tr("Length (s)"),
                self.tr("Compute the statistics to see the lengths of clips."),
            ),
            (
                "corpus_character_rates",
                self.tr("Speaking rates in characters"),
                self.tr("Characters a second"),
                self.tr("Compute the statistics to see speaking rates in characters."),
            ),
            (
                "corpus_word_rates",
                self.tr("Speaking rates in words"),
                self.tr("Words a second"),
                self.tr("Compute the statistics to see speaking rates in words."),
            ),
        )
        self.lengths, self.character_rates, self.word_rates = (
            Chart(name, spoken, (label, clips), empty, self) for name, spoken, label, empty in made
        )

    def _make_tables(self) -> None:
        self.locales = self._sorted(
            "corpus_locales", self.tr("Languages"), self._locale_columns(), _LOCALE_PX
        )
        self.words = self._sorted(
            "corpus_words", self.tr("Words"), self._entry_columns(), _WORD_PX, self._saved
        )
        self.characters = self._sorted(
            "corpus_characters", self.tr("Characters"), self._character_columns(), _WORD_PX, self._saved
        )
        self.clips = self._sorted("corpus_clips", self.tr("Clips"), self._clip_columns(), _CLIP_PX)
        self.found = self._sorted(
            "corpus_found", self.tr("Found"), self._found_columns(), _FOUND_PX, self._saved
        )
        self._left, self._right = QStackedWidget(self), QStackedWidget(self)
        for table in (self.words, self.characters):
            table.heading.hide()
            table.sort_by(1, is_descending=True)
            self._left.addWidget(table)
        for table in (self.clips, self.found):
            self._right.addWidget(table)

    def _sorted(
        self,
        name: str,
        title: str,
        columns: Sequence[SortedColumn[Any]],
        widths: Sequence[int],
        before: Callable[[str, int], None] = lambda _name, _rows: None,
    ) -> SortedTable:
        return SortedTable(
            self, name, title, columns, empty=self._empty_text(name), chooser=self._chooser, widths=widths,
            before_saving=before,
        )  # fmt: skip

    def _empty_text(self, name: str) -> str:
        """What will be in a table."""
        return {
            "corpus_locales": self.tr("Compute the statistics to see each language here."),
            "corpus_words": self.tr("Compute the statistics to see the words here."),
            "corpus_characters": self.tr("Compute the statistics to see the characters here."),
            "corpus_clips": self.tr("Compute the statistics to see the clips here."),
            "corpus_found": self.tr("No text contains this."),
        }[name]

    def _saved(self, name: str, rows: int) -> None:
        """On the job pool: these tables hold words of texts, so that writing them is logged."""
        lead, table = self._lead, name.removeprefix("corpus_")
        lead.corpus.record_saved(lead.identity, table, rows, self._read)

    def _lay_out(self) -> None:
        for part in (self.bar, self.language, self.cancel_button, self.compute_button):
            self.title_row.addWidget(part)
        find, charts, choose = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        find.addWidget(self.wanted, 1)
        find.addWidget(self.whole_words)
        find.addWidget(self.find_button)
        charts.setSpacing(GAP_PX)
        for chart in (self.lengths, self.character_rates, self.word_rates):
            chart.setFixedHeight(_CHART_PX)
            charts.addWidget(chart, 1)
        choose.addWidget(self.listed)
        choose.addStretch()
        choose.addWidget(self.words.csv_button)
        choose.addWidget(self.characters.csv_button)
        left = QVBoxLayout()
        left.setSpacing(GAP_PX // 2)
        left.addLayout(choose)
        left.addWidget(self._left, 1)
        bottom = QGridLayout()
        bottom.setHorizontalSpacing(GROUP_PX)
        bottom.addLayout(left, 0, 0)
        bottom.addWidget(self._right, 0, 1)
        bottom.setColumnStretch(0, 1)
        bottom.setColumnStretch(1, 1)
        self.column.addLayout(find)
        self.column.addLayout(charts)
        self.column.addWidget(self.locales, 2)
        self.column.addLayout(bottom, 3)
        self._on_listed()
        self.first_focus = self.wanted
        tab_through(
            self.language, self.cancel_button, self.compute_button, self.wanted, self.whole_words,
            self.find_button, self.locales.csv_button, self.locales.view, self.listed, self.words.csv_button,
            self.characters.csv_button, self.words.view, self.characters.view, self.clips.csv_button,
            self.clips.view, self.found.csv_button, self.found.view,
        )  # fmt: skip

    def _connect(self) -> None:
        self.language.currentIndexChanged.connect(self._show_language)
        self.listed.currentIndexChanged.connect(self._on_listed)
        self.wanted.returnPressed.connect(self.search)
        self.locales.opened.connect(self._on_locale)
        for table in (self.words, self.characters):
            table.view.selectionModel().selectionChanged.connect(self._on_word)
        for table in (self.clips, self.found):
            table.opened.connect(self._on_clip)
        bind_shortcut(self, "corpus.find", self.wanted.setFocus)
        bind_shortcut(self, "corpus.show", self._on_next_listed)
        bind_shortcut(self, "corpus.sort", lambda: self._table_in_use().sort_by_next())
        bind_shortcut(self, "corpus.reverse", lambda: self._table_in_use().reverse())
        bind_shortcut(self, "corpus.csv", lambda: self._table_in_use().save())
        bind_shortcut(self, "corpus.open", self._on_open)

    def _locale_columns(self) -> list[SortedColumn[LocaleTotals]]:
        return [
            SortedColumn(self.tr("Language"), lambda row: row.locale, is_figure=False),
            _count(self.tr("Clips"), lambda row: row.clips),
            SortedColumn(self.tr("Hours"), lambda row: row.seconds / 3600, lambda row: hours(row.seconds)),
            _count(self.tr("Words"), lambda row: row.words),
            _count(self.tr("Vocabulary"), lambda row: row.vocabulary),
            _count(self.tr("Unknown"), lambda row: row.unknown),
            _count(self.tr("Alphabet"), lambda row: row.alphabet),
            _rate(self.tr("Characters/s"), lambda row: row.character_rate),
            _rate(self.tr("Words/s"), lambda row: row.word_rate),
        ]

    def _entry_columns(self) -> list[SortedColumn[Entry]]:
        known = {True: self.tr("yes"), False: self.tr("no"), None: "–"}
        return [
            SortedColumn(self.tr("Word"), lambda row: row.text, is_figure=False),
            _count(self.tr("Times"), lambda row: row.times),
            _count(self.tr("Clips"), lambda row: len(row.clips)),
            SortedColumn(self.tr("Language"), lambda row: row.locale, is_figure=False),
            SortedColumn(self.tr("In lexicon"), lambda row: known[row.is_known], is_figure=False),
        ]

    def _character_columns(self) -> list[SortedColumn[Entry]]:
        first, *others = self._entry_columns()[:4]
        return [
            SortedColumn(self.tr("Character"), first.value, is_figure=False),
            *others,
            SortedColumn(self.tr("Name"), lambda row: _name(row.text), is_figure=False),
        ]

    def _clip_columns(self) -> list[SortedColumn[CorpusClip]]:
        return [
            SortedColumn(self.tr("Clip"), lambda row: row.id, is_figure=False),
            SortedColumn(self.tr("Language"), lambda row: row.locale, is_figure=False),
            _rate(self.tr("Length, s"), lambda row: row.seconds),
            _count(self.tr("Unknown"), lambda row: row.unknown),
            _rate(self.tr("Char./s"), lambda row: row.character_rate),
            _rate(self.tr("Words/s"), lambda row: row.word_rate),
        ]

    def _found_columns(self) -> "list[SortedColumn[FoundText]]":
        return [
            SortedColumn(self.tr("Text"), lambda row: row.excerpt, is_figure=False),
            SortedColumn(self.tr("Clip"), lambda row: row.clip_id, is_figure=False),
            SortedColumn(self.tr("Language"), lambda row: row.locale, is_figure=False),
            _count(self.tr("Matches"), lambda row: row.count),
        ]


def _report(token: CancelToken, done: int, all_: int) -> None:
    token.report((done, all_))


def _histograms(clips: Sequence[CorpusClip]) -> list[tuple[list[float], list[int]]]:
    """On the job pool: of lengths, and of both rates. One job: more would slow the window's thread."""
    return [
        histogram([clip.seconds for clip in clips]),
        histogram([clip.character_rate for clip in clips]),
        histogram([clip.word_rate for clip in clips]),
    ]


def _of(rows: Sequence[Any], locale: str) -> Sequence[Any]:
    return [row for row in rows if row.locale == locale] if locale else rows


def _count(title: str, value: Callable[[Any], int]) -> SortedColumn[Any]:
    return SortedColumn(title, value, lambda row: f"{value(row):,}")


def _rate(title: str, value: Callable[[Any], float]) -> SortedColumn[Any]:
    return SortedColumn(title, value, lambda row: f"{value(row):.1f}")


def _name(text: str) -> str:
    """Unicode's names of the code points of a character."""
    return " + ".join(f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in text)
