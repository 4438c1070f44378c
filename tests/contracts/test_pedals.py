"""hidapi behind its one module: what it gives, and each way in which it fails."""

import os
import sys
import types
from pathlib import Path
from typing import ClassVar

import pytest

from reviewer.errors import Unavailable
from reviewer.pedal import hid as ours
from reviewer.pedal.device import HidDevice
from reviewer.pedal.diagnosis import describe_pedal
from reviewer.pedal.hid import HidapiBackend, udev_rule
from tests.fakes.pedal import INFINITY, KEYBOARD, OLYMPUS, PCSENSOR, FakeHidBackend
from tests.refusals import hint_of


class ADevice:
    """What hidapi's ``device`` does, with what it is told to do."""

    reports: ClassVar[list[list[int]]] = []
    opens = True
    is_open = False

    def open_path(self, path: bytes) -> None:
        if not type(self).opens:
            raise OSError("open failed")
        self.is_open = True

    def read(self, length: int, timeout_ms: int) -> list[int]:
        if not self.is_open:
            raise ValueError("not open")
        if not type(self).reports:
            raise OSError("read error")
        return type(self).reports.pop(0)

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """hidapi, made of nothing; the real one would need a pedal."""
    made = types.ModuleType("hidraw")
    told = {"path": b"/dev/hidraw3", "vendor_id": 0x05F3, "product_id": 0x00FF, "usage_page": 12, "usage": 3}
    made.enumerate = lambda: [told | {"product_string": "VEC USB Footpedal"}]
    made.device = type("device", (ADevice,), {"reports": [], "opens": True})
    monkeypatch.setitem(sys.modules, "hidraw", made)
    return made


def test_what_is_plugged_in_is_listed(library):
    assert HidapiBackend().list_devices() == [INFINITY]


def test_what_the_system_does_not_tell_is_left_open(library):
    library.enumerate = lambda: [
        {"path": b"1-2", "vendor_id": 1, "product_id": 2, "product_string": None, "usage_page": None}
    ]
    assert HidapiBackend().list_devices() == [HidDevice("1-2", 1, 2)]


def test_a_system_that_does_not_list_is_a_sentence(library):
    def fails():
        raise OSError("no bus")

    library.enumerate = fails
    with pytest.raises(Unavailable, match="USB_NOT_LISTED"):
        HidapiBackend().list_devices()


def test_reports_come_as_bytes_and_nothing_when_none_came(library):
    library.device.reports = [[2, 0], []]
    connection = HidapiBackend().open_device(INFINITY)
    assert [connection.read_report(100), connection.read_report(100)] == [b"\x02\x00", b""]


def test_a_device_that_has_gone_is_said(library):
    connection = HidapiBackend().open_device(INFINITY)
    with pytest.raises(Unavailable, match="PEDAL_UNPLUGGED"):
        connection.read_report(100)


def test_a_closed_device_reads_nothing_and_closes_twice(library):
    connection = HidapiBackend().open_device(INFINITY)
    connection.close()
    connection.close()
    with pytest.raises(Unavailable):
        connection.read_report(100)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rules of udev")
def test_without_the_right_to_read_the_rule_is_named(library, tmp_path: Path, monkeypatch):
    library.device.opens = False
    node = tmp_path / "hidraw3"
    node.touch()
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    with pytest.raises(Unavailable) as told:
        HidapiBackend().open_device(HidDevice(str(node), 0x05F3, 0x00FF))
    assert told.value.code == "PEDAL_NOT_ALLOWED"
    assert 'ATTRS{idVendor}=="05f3", ATTRS{idProduct}=="00ff", TAG+="uaccess"' in hint_of(told.value)
    assert "70-reviewer-pedal.rules" in hint_of(told.value)


def test_a_device_that_another_program_has_is_another_sentence(library):
    library.device.opens = False
    with pytest.raises(Unavailable, match="PEDAL_NOT_OPENED"):
        HidapiBackend().open_device(INFINITY)


def test_where_hidapi_is_not_installed_a_sentence_says_how_to_get_it(monkeypatch):
    for name in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Unavailable) as told:
        HidapiBackend().list_devices()
    assert told.value.code == "PEDAL_NOT_INSTALLED"
    assert "pip install 'reviewer[pedal]'" in hint_of(told.value)


def test_asking_whether_it_is_installed_loads_nothing(monkeypatch):
    for name in ("hid", "hidraw"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert HidapiBackend().is_installed in {True, False}
    assert not {"hid", "hidraw"} & set(sys.modules)


def test_the_real_library_lists_without_a_pedal():
    pytest.importorskip("hid")
    assert all(isinstance(one, HidDevice) for one in HidapiBackend().list_devices())


def test_the_rule_names_the_numbers_in_lower_case():
    assert udev_rule(HidDevice("x", 0xABCD, 0x0E)).count('"abcd"') == 1
    assert ours.RULES_FILE.rpartition("/")[2] < "73-seat-late.rules"


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (FakeHidBackend(is_installed=False), "Not installed"),
        (FakeHidBackend(KEYBOARD), "No known foot pedal"),
        (FakeHidBackend(INFINITY), "Infinity foot control is connected"),
        (FakeHidBackend(OLYMPUS), "calibrate it"),
        (FakeHidBackend(PCSENSOR), "types keys"),
    ],
)
def test_the_doctor_is_told_in_one_line(port: FakeHidBackend, words: str):
    assert words in describe_pedal(port)
    assert port.open_now == []


def test_the_doctor_is_told_why_a_pedal_cannot_be_read():
    port = FakeHidBackend(INFINITY)
    port.opening_fails = Unavailable("PEDAL_NOT_OPENED")
    with pytest.raises(Unavailable):
        describe_pedal(port)
