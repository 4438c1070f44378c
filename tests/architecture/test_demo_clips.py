"""The demo's clips are what clips.toml says of them."""

import tomllib
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import soundfile

from reviewer.model.annotation import Flag
from reviewer.model.project import IntakeRules
from reviewer.privacy.gate import Gate
from reviewer.privacy.manifest_row import Outcome
from reviewer.transcript.checks import check_text
from reviewer.workspace import shipped_conventions
from tests.conftest import REPOSITORY
from tests.factories import NOON, a_manifest_row

_FOLDER = REPOSITORY / "resources" / "demo"
_FACTS = tomllib.loads((_FOLDER / "clips.toml").read_text(encoding="utf-8"))
_CLIPS: list[dict[str, Any]] = _FACTS["clip"]
_MANY_BYTES = 3_000_000

each_clip = pytest.mark.parametrize("clip", _CLIPS, ids=lambda clip: clip["file"])


def _gate_says(facts: dict[str, Any]) -> tuple[str, str]:
    recorded_at = NOON - timedelta(days=facts["days_ago"])
    row = a_manifest_row(
        audio=facts["file"],
        product=facts["product"],
        locale=facts["locale"],
        recorded_at=recorded_at,
        consent_product=facts.get("consent_product", facts["product"]),
        consent_granted_at=recorded_at - timedelta(days=30),
        source_id=facts["source_id"],
        speaker=facts["speaker"],
        draft=facts.get("draft", ""),
    )
    decision = Gate(IntakeRules(), NOON).decide(row)
    return decision.outcome, decision.code or ""


def _samples(name: str) -> tuple[np.ndarray, int]:
    data, rate_hz = soundfile.read(_FOLDER / "clips" / name, dtype="int16", always_2d=True)
    return data, rate_hz


def test_every_clip_has_its_file_and_every_file_its_clip() -> None:
    assert {clip["file"] for clip in _CLIPS} == {path.name for path in (_FOLDER / "clips").iterdir()}


def test_all_clips_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in (_FOLDER / "clips").iterdir()) < _MANY_BYTES


@each_clip
def test_file_has_the_rate_and_channels_of_its_recipe(clip: dict[str, Any]) -> None:
    data, rate_hz = _samples(clip["file"])
    assert (rate_hz, data.shape[1]) == (clip["make"]["rate_hz"], clip["make"].get("channels", 1))


@each_clip
def test_speech_is_heard_and_never_clipped(clip: dict[str, Any]) -> None:
    data, _ = _samples(clip["file"])
    peak = int(np.abs(data.astype(np.int32)).max())
    assert peak < 32_000
    assert (peak > 8_000) == ("turns" in clip["make"])


@each_clip
def test_gate_decides_as_the_facts_say(clip: dict[str, Any]) -> None:
    assert _gate_says(clip) == (clip["expect"], clip.get("code", ""))


@each_clip
def test_reference_can_be_handed_in_under_the_conventions_of_its_locale(clip: dict[str, Any]) -> None:
    conventions = shipped_conventions().of(clip["locale"])

    assert check_text(clip["reference"], conventions) == ()
    assert clip["reference"] or "no_speech" in clip["flags"]
    assert {Flag(name) for name in clip.get("flags", ())} <= set(Flag)


def test_speakers_of_the_stereo_clip_have_a_channel_each() -> None:
    clip = next(clip for clip in _CLIPS if clip["make"].get("channels") == 2)
    data, _ = _samples(clip["file"])
    left, right = (np.flatnonzero(np.abs(data[:, channel]) > 1000) for channel in (0, 1))
    assert left.max() < right.min()


def test_no_two_clips_have_the_same_samples() -> None:
    contents = sorted(_samples(clip["file"])[0].tobytes() for clip in _CLIPS)
    assert all(one != other for one, other in pairwise(contents))


@pytest.mark.parametrize(
    "facts",
    [row for row in _FACTS["refused"] if not row.keys() & {"with", "without"} and row["code"] != "DUPLICATE"],
    ids=lambda row: row["code"],
)
def test_gate_refuses_as_the_facts_say(facts: dict[str, Any]) -> None:
    assert _gate_says(facts) == (Outcome.REFUSED, facts["code"])


def test_duplicate_offers_a_source_that_is_in_already() -> None:
    row = next(row for row in _FACTS["refused"] if row["code"] == "DUPLICATE")
    assert row["source_id"] in {clip["source_id"] for clip in _CLIPS}
