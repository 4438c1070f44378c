"""The files of models: what is in ours, and what is refused in any."""

from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.pedal.device import HidDevice
from reviewer.pedal.models import PedalModel, known_models
from reviewer.pedal.report import Pedal, ReportBit
from tests.fakes.pedal import INFINITY, OLYMPUS, PCSENSOR, PHILIPS, STRANGER

WELL = 'name = "Pedal"\nids = ["1234:00ff"]\nsource = "here"\n'


def models_of(folder: Path, text: str) -> tuple[PedalModel, ...]:
    (folder / "some.toml").write_text(f"[[model]]\n{text}", encoding="utf-8")
    return known_models(folder)


def model_of(device: HidDevice) -> PedalModel:
    return next(model for model in known_models() if model.matches(device))


def test_every_model_says_where_its_layout_was_learnt():
    assert [model.name for model in known_models() if len(model.source.strip()) < 20] == []


def test_no_usb_number_belongs_to_two_models():
    ids = [one for model in known_models() for one in model.ids]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("device", [INFINITY, PHILIPS])
def test_models_with_a_known_layout_tell_all_three_pedals(device: HidDevice):
    layout = model_of(device).layout
    assert layout is not None
    assert [layout.pedals_down(bytes([bit, 0])) for bit in (1, 2, 4)] == [{pedal} for pedal in Pedal]


@pytest.mark.parametrize(("device", "types_keys"), [(OLYMPUS, False), (PCSENSOR, True)])
def test_a_model_without_a_layout_must_be_calibrated_or_types_keys(device: HidDevice, types_keys: bool):
    model = model_of(device)
    assert (model.layout, model.types_keys) == (None, types_keys)


@pytest.mark.parametrize("device", [STRANGER, replace(PHILIPS, usage_page=0xFFA0, usage=1)])
def test_neither_a_stranger_nor_another_part_of_a_pedal_is_of_a_model(device: HidDevice):
    assert not any(model.matches(device) for model in known_models())


def test_where_the_system_does_not_tell_the_usage_the_numbers_are_enough():
    assert model_of(replace(PHILIPS, usage_page=0, usage=0)).layout is not None


def test_a_file_of_ones_own_is_read(tmp_path: Path):
    text = f"{WELL}learned = true\nlength = 3\nleft = {{ byte = 1, mask = 0x10 }}\n"
    (model,) = models_of(tmp_path, text)
    assert model.layout is not None
    assert model.layout.bits == {Pedal.LEFT: ReportBit(1, 0x10)}
    assert model.layout.length == 3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (f"{WELL}learned = true\n", "PEDAL_LEARNED"),
        (f"{WELL}learned = false\nleft = {{ byte = 0, mask = 1 }}\n", "PEDAL_LEARNED"),
        (f"{WELL}learned = true\ntypes_keys = true\nleft = {{ byte = 0, mask = 1 }}\n", "PEDAL_TYPES_KEYS"),
        (f"{WELL}learned = true\nleft = {{ byte = 0, mask = 0 }}\n", "PEDAL_BIT"),
        (f"{WELL}learned = true\nleft = {{ byte = 0, mask = 1, bit = 1 }}\n", "bit"),
        (f'{WELL}learned = false\nusage = "joystick"\n', "PEDAL_USAGE"),
        (f"{WELL}learned = false\nheel = 1\n", "heel"),
        ('name = "Pedal"\nids = ["5f3:ff"]\nsource = "x"\nlearned = false\n', "PEDAL_IDS"),
        ('name = "Pedal"\nids = []\nsource = "x"\nlearned = false\n', "PEDAL_IDS"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_word_to_look_for(tmp_path: Path, text: str, word: str):
    with pytest.raises(Refused) as refused:
        models_of(tmp_path, text)
    assert word in f"{refused.value} {dict(refused.value.parameters)}"
