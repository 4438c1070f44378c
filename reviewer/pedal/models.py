"""The models of foot pedals that the program knows, read from ``resources/pedals``."""

import re
from dataclasses import dataclass
from pathlib import Path

from reviewer.model.toml_table import TomlTable
from reviewer.pedal.device import HidDevice
from reviewer.pedal.report import Pedal, ReportBit, ReportLayout
from reviewer.places import resource

_ID = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})")
_KEYS = ("name", "ids", "usage", "learned", "types_keys", "source", "length", "left", "middle", "right")


@dataclass(frozen=True, slots=True)
class PedalModel:
    """A model of foot pedal. Without a ``layout`` it must be calibrated, or it types keys like a keyboard.

    ``usage`` is the pair of usage page and usage under which it reports its pedals, if it has several.
    """

    name: str
    ids: frozenset[tuple[int, int]]
    layout: ReportLayout | None
    types_keys: bool
    source: str
    usage: tuple[int, int] | None = None

    def matches(self, device: HidDevice) -> bool:
        """Whether a device is of this model, as far as the system says."""
        if (device.vendor, device.product) not in self.ids:
            return False
        return self.usage is None or (device.usage_page, device.usage) in {self.usage, (0, 0)}


def known_models(folder: Path | None = None) -> tuple[PedalModel, ...]:
    """All models, by file name.

    Raises:
        Refused: a file is not what it should be; the sentence names file and key.
    """
    files = sorted((folder or resource("pedals")).glob("*.toml"))
    return tuple(_model(table) for file in files for table in TomlTable.read(file).tables("model"))


def _model(table: TomlTable) -> PedalModel:
    table.closed(_KEYS)
    bits = {pedal: _report_bit(table.table(pedal)) for pedal in Pedal if table.has(pedal)}
    types_keys = table.flag("types_keys", default=False)
    if table.flag("learned") != bool(bits):
        raise table.refuse("PEDAL_LEARNED")
    if types_keys and bits:
        raise table.refuse("PEDAL_TYPES_KEYS")
    layout = ReportLayout(bits, table.whole("length", 0) or None) if bits else None
    return PedalModel(
        table.text("name"), _ids(table), layout, types_keys, table.text("source"), _usage(table)
    )


def _ids(table: TomlTable) -> frozenset[tuple[int, int]]:
    found = [_ID.fullmatch(text) for text in table.texts("ids")]
    if not found or None in found:
        raise table.refuse("PEDAL_IDS")
    return frozenset((int(one[1], 16), int(one[2], 16)) for one in found if one is not None)


def _usage(table: TomlTable) -> tuple[int, int] | None:
    if not table.has("usage"):
        return None
    found = _ID.fullmatch(table.text("usage"))
    if found is None:
        raise table.refuse("PEDAL_USAGE")
    return int(found[1], 16), int(found[2], 16)


def _report_bit(table: TomlTable) -> ReportBit:
    table.closed(("byte", "mask"))
    try:
        return ReportBit(table.whole("byte"), table.whole("mask"))
    except ValueError as error:
        raise table.refuse("PEDAL_BIT") from error
