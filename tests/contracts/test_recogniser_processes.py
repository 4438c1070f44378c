"""A recogniser is a process of its own: whatever it does, it ends, and nothing is left on disk."""

import csv
import json
import os
import sys
from pathlib import Path

import pytest
import soundfile

from reviewer.asr.process import run_command
from reviewer.asr.recognisers import Recogniser
from reviewer.asr.recognition import SpokenText, UnusableOutput, parse_alignment
from reviewer.audio.dsp.recogniser_wav import wav_for_recogniser, wav_of_parts
from reviewer.audio.io.flac import read_canonical
from reviewer.audio.samples import Samples
from reviewer.errors import Unavailable
from reviewer.model.annotation import Segment
from reviewer.model.intervals import Span
from reviewer.model.project import RecogniserRule
from reviewer.places import resource
from reviewer.session.text_alignment import aligned
from reviewer.transcript.text_times import TextTimes
from tests.sounds import some_samples

GIVEN = b"RIFF" + bytes(300_000)


def run(code: str, *arguments: str, seconds: float = 20.0, most: int = 1 << 20) -> bytes:
    command = (sys.executable, "-c", f"import os, sys\n{code}", *arguments)
    return run_command(command, GIVEN, timeout_seconds=seconds, most_bytes=most)


def test_the_sound_comes_on_standard_input() -> None:
    assert run("print(len(sys.stdin.buffer.read()))").strip() == b"300004"


@pytest.mark.skipif(sys.platform != "linux", reason="memfd_create")
def test_a_command_that_wants_a_path_gets_one_of_a_file_in_memory() -> None:
    code = "print(len(open(sys.argv[1], 'rb').read()), os.readlink(sys.argv[1]))"
    assert run(code, "{audio}").startswith(b"300004 /memfd:")


def test_secrets_in_the_environment_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWER_SECRET", "x")
    assert run("print('REVIEWER_SECRET' in os.environ)").strip() == b"False"


@pytest.mark.parametrize(
    ("code", "limits", "expected"),
    [
        ("sys.exit(3)", {}, "RECOGNISER_FAILED"),
        ("os.kill(os.getpid(), 9)", {}, "RECOGNISER_FAILED"),
        ("import time; time.sleep(600)", {"seconds": 0.5}, "RECOGNISER_TIMEOUT"),
        ("os.close(1); import time; time.sleep(600)", {"seconds": 0.5}, "RECOGNISER_TIMEOUT"),
        ("sys.stdout.write('x' * 5000)", {"most": 1000}, "RECOGNISER_TOO_MUCH"),
        ("\nwhile True: sys.stdout.write('x' * 5000)", {"most": 1000}, "RECOGNISER_TOO_MUCH"),
    ],
)
def test_a_command_that_fails_hangs_or_never_stops_printing_is_ended(code, limits, expected: str) -> None:
    with pytest.raises(Unavailable) as failed:
        run(code, **limits)
    assert failed.value.code == expected


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable) as failed:
        run_command(("no-such-recogniser",), b"", timeout_seconds=1, most_bytes=1)
    assert failed.value.parameters == {"program": "no-such-recogniser"}


def test_a_command_of_the_project_gets_the_language_and_its_words_are_read() -> None:
    code = "import json, sys; print(json.dumps({'text': sys.argv[1], 'engine': 'mine'}))"
    rule = RecogniserRule("command", command=(sys.executable, "-c", code, "{language} {locale}"))
    assert Recogniser(rule).recognise(GIVEN, "de-AT", 1.0).text == "de de-AT"


def test_whisper_cli_is_asked_for_json_on_standard_output(tmp_path: Path) -> None:
    cli = tmp_path / "whisper-cli"
    tokens = [{"text": " hi", "offsets": {"from": 0, "to": 90}, "p": 1}]
    body = {"transcription": [{"text": " hi", "tokens": tokens}]}
    cli.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "wanted = '-m /m/ggml-base.bin -l de -ojf -of - -np -f -'\nassert sys.argv[1:] == wanted.split()\n"
        f"sys.stdin.buffer.read()\nprint({json.dumps(body)!r})\n"
    )
    cli.chmod(0o700)
    rule = RecogniserRule("whisper.cpp", command=(str(cli),), model="/m/ggml-base.bin")
    found = Recogniser(rule).recognise(GIVEN, "de-AT", 1.0)
    assert (found.text, found.version, found.words[0].end) == ("hi", "ggml-base", 0.09)


def test_pocketsphinx_says_what_it_hears_and_finds_a_given_text_in_the_sound() -> None:
    pytest.importorskip("pocketsphinx")
    with resource("demo", "clips", "01-kitchen-timer.flac").open("rb") as stream:
        samples = read_canonical(stream)
    wav, seconds = wav_for_recogniser(samples), samples.frames / samples.rate_hz
    recogniser = Recogniser(RecogniserRule("pocketsphinx"))
    heard = recogniser.recognise(wav, "en-US", seconds)
    assert heard.text == " ".join(word.text for word in heard.words) != ""
    assert all(word.confidence is not None and word.end <= seconds for word in heard.words)
    assert min(word.confidence or 0 for word in heard.words) < 0.9
    text = "Set the kitchen timer [noise] for twelve minutes, xyzzy and remind me to turn the oven off."
    (aligned,) = recogniser.align(wav, [SpokenText(text, 0.0, seconds)], seconds)
    assert [word.text for word in aligned.words][:5] == ["set", "the", "kitchen", "timer", "for"]
    assert "xyzzy" not in aligned.text
    assert aligned.words[-1].end > seconds / 2


def test_the_first_and_last_words_of_sentences_are_where_the_sentences_begin_and_end(
    speech_folder: Path,
) -> None:
    pytest.importorskip("pocketsphinx")
    name = "en_lj_chapter_long.opus"
    with (speech_folder / "dev" / "segments.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["file"] == name and row["transcript"]]
    data, rate_hz = soundfile.read(speech_folder / "dev" / name, dtype="int16", always_2d=True)
    text = "\n".join(row["transcript"] for row in rows)
    end = round(float(rows[-1]["end_s"]) * rate_hz)
    aligner = Recogniser(RecogniserRule("pocketsphinx"))
    (found,) = aligned(aligner, Samples(rate_hz, data), (Segment("a", 0, end, text),)).texts
    times, at, errors = TextTimes(text, found.words, 0, end).words, 0, []
    for row in rows:
        inside = [word for word in times if at <= word.start < at + len(row["transcript"])]
        at += len(row["transcript"]) + 1
        errors += [inside[0].from_frame / rate_hz - float(row["start_s"])] * inside[0].is_exact
        errors += [inside[-1].to_frame / rate_hz - float(row["end_s"])] * inside[-1].is_exact
    assert len(errors) >= 2 * len(rows) - 2
    assert max(map(abs, errors)) < 0.1


def test_a_text_without_a_known_word_is_aligned_to_nothing() -> None:
    pytest.importorskip("pocketsphinx")
    wav = wav_for_recogniser(some_samples(8_000))
    (found,) = Recogniser(RecogniserRule("pocketsphinx")).align(
        wav, [SpokenText("xyzzy qqqq", 0.0, 1.0)], 1.0
    )
    assert found.words == ()


def test_each_text_is_looked_for_in_its_own_part_of_the_sound() -> None:
    pytest.importorskip("pocketsphinx")
    with resource("demo", "clips", "01-kitchen-timer.flac").open("rb") as stream:
        samples = read_canonical(stream)
    half = samples.frames // 2
    wav, places = wav_of_parts(samples, [Span(half, samples.frames), Span(0, half)])
    texts = [
        SpokenText(text, *place)
        for text, place in zip(("remind me to turn", "set the kitchen"), places, strict=True)
    ]
    later, earlier = Recogniser(RecogniserRule("pocketsphinx")).align(wav, texts, places[-1][1])
    assert (later.text, earlier.text) == ("remind me to turn", "set the kitchen")
    border = places[0][1]
    assert later.words[-1].end <= border <= earlier.words[0].start
    assert border == pytest.approx(samples.frames / samples.rate_hz / 2, abs=0.001)


@pytest.mark.skipif(sys.platform == "win32", reason="nice")
def test_a_command_in_the_background_has_the_lowest_priority() -> None:
    code = "import time\nwhile os.getpriority(os.PRIO_PROCESS, 0) < 19: time.sleep(0.01)\nprint(os.getsid(0))"
    command = (sys.executable, "-c", f"import os\n{code}")
    printed = run_command(command, b"", timeout_seconds=60, most_bytes=99, in_background=True)
    assert int(printed) == os.getsid(0)  # else it would be compared with itself only


def test_a_command_that_is_cancelled_is_killed_at_once() -> None:
    asked: list[int] = []

    def at_the_third_look() -> bool:
        asked.append(1)
        return len(asked) > 2

    command = (sys.executable, "-c", "import time; time.sleep(600)")
    with pytest.raises(Unavailable) as failed:
        run_command(command, b"", timeout_seconds=600, most_bytes=1, cancelled=at_the_third_look)
    assert failed.value.code == "RECOGNISER_CANCELLED"


def test_an_alignment_with_another_number_of_parts_is_not_used() -> None:
    with pytest.raises(UnusableOutput):
        parse_alignment(b'{"parts": []}', 1, 1.0)


def test_a_crash_of_pocketsphinx_is_an_error_and_no_more() -> None:
    with pytest.raises(Unavailable):
        Recogniser(RecogniserRule("pocketsphinx")).recognise(b"no sound", "en", 1.0)
    rule = RecogniserRule("command", command=(sys.executable, "-c", "print('words')"))
    with pytest.raises(UnusableOutput):
        Recogniser(rule).recognise(GIVEN, "en", 1.0)
