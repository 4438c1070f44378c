"""Transcripts of real speech typed at the desk by keys and input methods, and what is stored of them."""

import csv
import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import Annotation
from reviewer.transcript.normalisation import normalise
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from tests.benches.clip_page import ALT, CTRL, ClipPageBench
from tests.benches.lead import LeadBench
from tests.benches.workspace import ANA, LEAD, Bench, make_bench
from tests.unit.test_manifest_fields import GOOD

pytestmark = pytest.mark.speech

DIALOGUE = "cs_dialogue_long.flac"
RATE_HZ = 22_050
TOLERANCE_SECONDS = 0.05
MOST_ACTIONS = 3.0
"""Key actions beyond the text, of a segment on average."""

UTTERANCES = """
en_jfk.flac en_lj_0001.wav en_lj_0002.flac en_lj_0003.wav en_lj_0004.mp3 en_lj_0005.flac en_lj_0006.opus
en_lj_0007.wav en_meeting_headset.wav en_prompt_pbx-invalid.wav en_prompt_demo-abouttotry.wav
en_prompt_vm-incorrect-mailbox.wav en_libri_a1.flac en_mfa_acoustic_corpus.wav en_harvard_1_2.wav
cs_fish_briefcase_help4.ogg cs_fish_cellar_pra-v-schvalne.ogg cs_fish_emulator_zx-m-ocel.ogg
cs_fish_labyrinth_bl-m-visi.ogg cs_fish_puzzle_puc-m-obraz.ogg cs_fish_turtle_zel-v-coto2.ogg
cs_fish_windoze_win-m-costim3.ogg cs_fish_windoze_win-v-real.ogg
el_stamp_football_helmet_side.ogg el_stamp_thought_balloon.ogg el_stamp_tucan.ogg el_stamp_tux_tractor.ogg
he_alpha_01.ogg he_alpha_10.ogg he_alpha_20.ogg
he_syllab_00.ogg he_syllab_01.ogg he_syllab_02.ogg he_syllab_03.ogg he_syllab_04.ogg
zh_aishell_1.wav zh_syllable_3_0.ogg zh_syllable_3_1.ogg zh_syllable_3_2.ogg zh_syllable_3_3.ogg
""".split()  # noqa: SIM905 - as a list it has forty lines

SPOKEN = {
    "en_lj_0007.wav": "the earliest book printed with movable types, the Gutenberg,"
    " or forty-two line Bible of about fourteen fifty five,",
    "zh_syllable_3_0.ogg": "毯",
    "zh_syllable_3_1.ogg": "善",
    "zh_syllable_3_2.ogg": "沾",
    "zh_syllable_3_3.ogg": "棉",
}
"""In place of quotation marks and digits, and a character for a syllable noted in Zhuyin and a digit."""

TRAINING = {
    "en_jfk.flac": "and so my fellow americans ask not what your country can do for you"
    " ask what you can do for your country",
    "en_lj_0007.wav": "the earliest book printed with movable types the gutenberg"
    " or forty-two line bible of about fourteen fifty five",
    "en_meeting_headset.wav": "i'm abigail claflin you can call me abbie",
    "en_prompt_pbx-invalid.wav": "i am sorry that's not a valid extension please try again",
    "cs_fish_briefcase_help4.ogg": "já budu dělat figuranta",
    "cs_fish_windoze_win-m-costim3.ogg": "co takhle to celé vypnout a nabootovat v dosu",
    "cs_fish_windoze_win-v-real.ogg": "hergot to je ale realistická hra",
    "el_stamp_football_helmet_side.ogg": "κράνος ποδοσφαίρου αυστραλίας",
    "el_stamp_tucan.ogg": "τουκάν-είδος πουλιού με μεγάλο πολύχρωμο ράμφος",
    "el_stamp_tux_tractor.ogg": "ο tux ο πιγκουίνος πάνω σε ένα τρακτέρ",
    "he_alpha_20.ogg": "\u05e3",
    "he_syllab_00.ogg": "\u05d0\u05d1",
    "zh_aishell_1.wav": "广州市房地产中介协会分析",
    "zh_syllable_3_1.ogg": "善",
}
"""Written down rather than derived; the other texts are simple enough for ``plain_words``."""

FIELD = (
    ("vi-VN", "ti\u00ea\u0301ng", "ti\u1ebfng"),
    ("bn-IN", "ব\u09dc সম\u09df", "ব\u09a1\u09bc সম\u09af\u09bc"),
    ("ar", "مر\u0651\u0650س", "مر\u0650\u0651س"),
    ("he-IL", "ש\u05bc\u05b8", "ש\u05b8\u05bc"),
    ("ca-ES", "intel\u00b7ligent", "intel\u00b7ligent"),
    ("he-IL", 'צה\u05f4ל ארה"ב', 'צה\u05f4ל ארה"ב'),
    ("fi-FI", "EU:n", "eu:n"),
    ("tr-TR", "\u0130stanbul I\u011eDIR", "istanbul \u0131\u011fd\u0131r"),
    ("nl-NL", "'s avonds dit is 'n hond", "'s avonds dit is 'n hond"),
)
"""Locale, what is typed, and the training text."""


class Typist:
    """Somebody at the desk of a real workspace, whose key actions beyond the text are counted."""

    def __init__(self, page: ClipPageBench, bench: Bench) -> None:
        self.page, self._bench = page, bench
        self.actions = 0

    def open_desk(self) -> None:
        self._bench.agree(ANA)
        self.page.clock = self._bench.clock
        self.page.open(self._bench.person(ANA).desk)  # type: ignore[arg-type]

    @property
    def clip_id(self) -> str:
        lease = self.page.workspace.presenter.lease
        assert lease is not None
        return lease.clip_id

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        """A chord, which is one action."""
        self.actions += 1
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, modifiers)
        QApplication.processEvents()

    def seek(self, seconds: float) -> None:
        """Moves the playhead, as playback would."""
        self.page.workspace.playback.seek(round(seconds * RATE_HZ))

    def type(self, text: str) -> None:
        """Types where the focus is: by keys, and what no single key has by an input method."""
        for letter in re.findall(r"[\u4e00-\u9fff]+|.", text, re.DOTALL):
            field = QApplication.focusWidget()
            assert field is not None
            if letter.isascii():
                QTest.keyClicks(field, letter)
            elif len(letter) == 1 and unicodedata.category(letter)[0] == "L" and _is_one_key(letter):
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    event = QKeyEvent(kind, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter)
                    QApplication.sendEvent(field, event)
            else:
                QApplication.sendEvent(field, QInputMethodEvent("˙", []))
                committed = QInputMethodEvent()
                committed.setCommitString(letter)
                QApplication.sendEvent(field, committed)

    def submit(self) -> None:
        self.page.hear()
        self.page.submit()

    def answer(self, speakers: str) -> None:
        for name in ("field_speech_quality_clear", f"field_speakers_{speakers}"):
            self.page.button(name).click()

    def stored(self) -> dict[str, Annotation]:
        """What the workspace holds of this person's work, by clip, read over another connection."""
        lead = LeadBench(self._bench.workspace.path, clock=self._bench.clock)
        try:
            sealed = lead.unit.queue.annotations_of(lead.ids[ANA], 100)
            return {each.clip_id: lead.access.texts.unseal(lead.lead, each) for each in sealed}
        finally:
            lead.close()

    def training_text(self, annotation: Annotation, locale: str) -> str:
        conventions = self._bench.work(ANA).conventions_for(locale)
        return normalise(annotation.text_verbatim, conventions)


def _is_one_key(letter: str) -> bool:
    """Whether a keyboard has it on a key of its own, with Shift or without."""
    return len(unicodedata.normalize("NFD", letter)) == 1 or letter in "áčďéěíňóřšťúůýžŠČŘŽÁÍ"


def plain_words(text: str) -> str:
    """A training text by the simplest rule: runs of letters, and marks inside them, in lower case."""
    return " ".join(re.findall(r"\w+(?:['-]\w+)*", text.lower()))


def by_conventions(text: str) -> str:
    """A transcript as the conventions want it: no exclamation marks, and no dash on its own."""
    return re.sub(r"!+", ".", text).replace(" - ", ", ")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=())
    yield made
    made.workspace.close()


@pytest.fixture
def typist(qapp: QApplication, qtbot: QtBot, bench: Bench) -> Iterator[Typist]:
    theme.apply(qapp, theme.Scheme.DARK)
    jobs = Jobs()

    def settle() -> None:
        for _ in range(2):
            idle = Event()
            jobs.when_idle(idle.set)
            qtbot.waitUntil(idle.is_set)

    def show(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()

    page = ClipPageBench(qtbot, settle, jobs, show)
    yield Typist(page, bench)
    page.close()
    jobs.close()


@pytest.fixture
def take_in(bench: Bench, speech_folder: Path, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Imports clips of the folder; gives the file by clip id."""

    def run(files: Sequence[str], locales: Mapping[str, str]) -> dict[str, str]:
        folder = tmp_path / "chosen"
        folder.mkdir()
        lines = []
        for number, name in enumerate(files):
            shutil.copy(speech_folder / "dev" / name, folder)
            line = {"audio": name, "locale": locales[name], "source_id": f"typed-{number}"}
            lines.append(json.dumps(GOOD | line))
        manifest = folder / "manifest.jsonl"
        manifest.write_text("\n".join(lines), encoding="utf-8")
        report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
        assert report.accepted == len(files), report
        return {row.clip: row.audio for row in report.rows}

    return run


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def locales_of(speech_folder: Path) -> dict[str, str]:
    lines = (speech_folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return {Path(row["audio"]).name: row["locale"] for row in map(json.loads, lines)}


def test_forty_utterances_of_five_languages_are_stored_as_they_were_typed(
    typist: Typist, take_in: Callable[..., dict[str, str]], speech_folder: Path
) -> None:
    told = {row["file"]: row["transcript"] for row in rows_of(speech_folder / "dev" / "clips.csv")}
    texts = {name: SPOKEN.get(name) or by_conventions(told[name]) for name in UTTERANCES}
    locales = locales_of(speech_folder)
    files = take_in(UTTERANCES, locales)
    typist.open_desk()
    for _ in UTTERANCES:
        typist.type(texts[files[typist.clip_id]])
        typist.answer("one")
        typist.submit()
    assert not typist.page.is_clip_shown
    stored = {files[clip_id]: annotation for clip_id, annotation in typist.stored().items()}
    assert len(stored) == 40
    assert {name: [each.text for each in stored[name].segments] for name in UTTERANCES} == {
        name: [text] for name, text in texts.items()
    }
    assert {name: stored[name].text_verbatim for name in UTTERANCES} == texts
    assert {name: typist.training_text(stored[name], locales[name]) for name in UTTERANCES} == {
        name: TRAINING.get(name) or plain_words(text) for name, text in texts.items()
    }


def dialogue(speech_folder: Path) -> list[dict[str, str]]:
    """The turns, as the conventions want them: the one in Russian is a tag."""
    rows = [row for row in rows_of(speech_folder / "dev" / "segments.csv") if row["file"] == DIALOGUE]
    for row in rows:
        text = by_conventions(row["transcript"]).replace("Hmmm", "Hm")
        row["transcript"] = re.sub(r"[\u0400-\u04ff ,]{10,}\.", "[foreign:ru] ", text)
    return rows


def test_a_dialogue_is_typed_with_at_most_three_key_actions_a_segment(
    typist: Typist, take_in: Callable[..., dict[str, str]], speech_folder: Path
) -> None:
    turns = dialogue(speech_folder)
    take_in([DIALOGUE], {DIALOGUE: "cs-CZ"})
    typist.open_desk()
    names = list(dict.fromkeys(turn["speaker"] for turn in turns))
    numbers = dict(zip(names, (Qt.Key.Key_1, Qt.Key.Key_2), strict=True))
    counts, current = [], ""
    for place, turn in enumerate(turns):
        before = typist.actions
        if place:
            typist.seek(float(turn["start_s"]))
            typist.press(Qt.Key.Key_M, CTRL)
        if turn["speaker"] != current:
            current = turn["speaker"]
            typist.press(numbers[current], CTRL)
        typist.type(turn["transcript"])
        typist.seek(float(turn["end_s"]))
        typist.press(Qt.Key.Key_End, ALT)
        counts.append(typist.actions - before)
    mean = sum(counts) / len(counts)
    print(f"{len(turns)} segments, {mean:.2f} key actions each, at most {max(counts)}")  # noqa: T201 - a figure
    typist.answer("two")
    typist.page.button("field_overlap_no").click()
    typist.submit()
    assert not typist.page.is_clip_shown, typist.page.message
    (stored,) = typist.stored().values()
    assert mean <= MOST_ACTIONS
    assert [each.text for each in stored.segments] == [turn["transcript"] for turn in turns]
    borders = [(each.start / RATE_HZ, each.end / RATE_HZ) for each in stored.segments]
    wanted = [(float(turn["start_s"]), float(turn["end_s"])) for turn in turns]
    assert borders == [pytest.approx(each, abs=TOLERANCE_SECONDS) for each in wanted]
    assert {(turn["speaker"], each.speaker) for turn, each in zip(turns, stored.segments, strict=True)} == {
        ("fil_cs_big", "S1"),
        ("fil_cs_small", "S2"),
    }
    whole = "\n".join(turn["transcript"] for turn in turns)
    assert stored.text_verbatim == whole
    assert typist.training_text(stored, "cs-CZ") == plain_words(whole.replace("[foreign:ru]", ""))


def test_texts_from_the_field_are_submitted_and_become_the_right_training_texts(
    typist: Typist, take_in: Callable[..., dict[str, str]]
) -> None:
    names = [f"en_digit_{digit}_{'abc'[digit % 3]}.wav" for digit in range(len(FIELD))]
    cases = dict(zip(names, FIELD, strict=True))
    files = take_in(names, {name: locale for name, (locale, _, _) in cases.items()})
    typist.open_desk()
    for _ in FIELD:
        typist.type(cases[files[typist.clip_id]][1])
        typist.answer("one")
        typist.submit()
    stored = {files[clip_id]: annotation for clip_id, annotation in typist.stored().items()}
    assert {name: stored[name].text_verbatim for name in stored} == {
        name: unicodedata.normalize("NFC", text) for name, (_, text, _) in cases.items()
    }
    assert {name: typist.training_text(stored[name], cases[name][0]) for name in stored} == {
        name: training for name, (_, _, training) in cases.items()
    }


def test_signs_and_digits_cannot_be_submitted_until_they_are_written_in_words(
    typist: Typist, take_in: Callable[..., dict[str, str]]
) -> None:
    take_in(["en_digit_9_a.wav"], {"en_digit_9_a.wav": "en-US"})
    typist.open_desk()
    typist.answer("one")
    typist.page.field.setFocus()
    typist.type("50 % AT&T")
    typist.submit()
    assert typist.page.is_clip_shown
    assert typist.stored() == {}
    typist.press(Qt.Key.Key_A, CTRL)
    typist.type("fifty percent at and t")
    typist.submit()
    (stored,) = typist.stored().values()
    assert typist.training_text(stored, "en-US") == "fifty percent at and t"
