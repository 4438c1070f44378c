"""The choices of how clips become rows of a set: cut, text, splits and audio."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QSpinBox, QWidget

from reviewer.formats.set_encryption import without_comment
from reviewer.lead.set_options import (
    MARGIN_MS,
    MOST_MARGIN_MS,
    USUAL_PROFILE,
    USUAL_SPLIT,
    AudioForm,
    SetOptions,
)
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import named

_RATES_HZ = (0, 8_000, 16_000, 24_000, 44_100, 48_000)
_SPLITS = (None, USUAL_SPLIT, (90, 5, 5), (70, 15, 15))
_TEXT_MARGIN_PX = 6
_MOST_CHANNELS = 8


class ExportOptionsForm(QWidget):
    """Three rows of choices; ``chosen`` gives them as an export takes them."""

    def __init__(self, profiles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cut = named(QComboBox(self), "export_cut", self.tr("What is a row"))
        self.cut.addItem(self.tr("Whole clips"), userData=False)
        self.cut.addItem(self.tr("Cut at segments"), userData=True)
        self.margin = named(QSpinBox(self), "export_margin", self.tr("Margin around a cut segment"))
        self.margin.setRange(0, MOST_MARGIN_MS)
        self.margin.setSingleStep(50)
        self.margin.setValue(MARGIN_MS)
        self.margin.setSuffix(self.tr(" ms margin"))
        self.margin.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)
        self.profile = named(QComboBox(self), "export_profile", self.tr("Profile of the text"))
        for name in profiles:
            self.profile.addItem(self.tr("Text: {0}").format(name), userData=name)
        self.profile.setCurrentIndex(max(self.profile.findData(USUAL_PROFILE), 0))
        self.split = named(QComboBox(self), "export_split", self.tr("Splits by speaker"))
        for number, shares in enumerate(_SPLITS):
            text = "/".join(map(str, shares)) if shares else self.tr("No splits")
            self.split.addItem(text, userData=number)
        self.audio = named(QComboBox(self), "export_audio", self.tr("Form of the audio"))
        for form in AudioForm:
            self.audio.addItem(form.value.upper(), userData=form.value)
        self.rate = named(QComboBox(self), "export_rate", self.tr("Sample rate"))
        for rate_hz in _RATES_HZ:
            self.rate.addItem(f"{rate_hz:,} Hz" if rate_hz else self.tr("Rate as recorded"), userData=rate_hz)
        self.channels = named(QComboBox(self), "export_channels", self.tr("Channels"))
        self.channels.addItem(self.tr("All channels"), userData=0)
        self.channels.addItem(self.tr("Mixed to mono"), userData=-1)
        for channel in range(1, _MOST_CHANNELS + 1):
            self.channels.addItem(self.tr("Channel {0}").format(channel), userData=channel)
        self.encrypt_to = named(QLineEdit(self), "export_encrypt_to", self.tr("Encrypt to"))
        self.encrypt_to.setPlaceholderText(self.tr("Encrypt to: public keys of age or SSH, with commas"))
        self.encrypt_to.setClearButtonEnabled(True)
        self._lay_out()
        self.cut.currentIndexChanged.connect(self._update_margin)
        self._update_margin()

    def chosen(self) -> SetOptions:
        """What is chosen now."""
        channel = int(self.channels.currentData())
        return SetOptions(
            profile=self.profile.currentData(),
            cut=self.cut.currentData(),
            margin_ms=self.margin.value(),
            split=_SPLITS[self.split.currentData()],
            audio=AudioForm(self.audio.currentData()),
            rate_hz=self.rate.currentData(),
            mono=channel < 0,
            channel=max(channel, 0),
            encrypt_to=tuple(
                without_comment(key) for each in self.encrypt_to.text().split(",") if (key := each.strip())
            ),
        )

    def _update_margin(self) -> None:
        self.margin.setEnabled(bool(self.cut.currentData()))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GROUP_PX)
        grid.setVerticalSpacing(GAP_PX)
        rows = ((self.cut, self.margin, self.profile, self.split), (self.audio, self.rate, self.channels))
        for row, widgets in enumerate(rows):
            for column, widget in enumerate(widgets):
                grid.addWidget(widget, row, column)
        grid.addWidget(self.encrypt_to, 1, 3, 1, 2)
        grid.setColumnStretch(4, 1)
