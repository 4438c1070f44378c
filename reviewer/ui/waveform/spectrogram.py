"""The spectrogram below the waveform, on the same time axis."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from reviewer.audio.view.spectrogram import TILE_COLUMNS, Band, SpectrogramParameters
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.waveform.frequency_axis import paint_frequency_axis
from reviewer.ui.waveform.renderer import SEGMENT_BORDERS_FROM_PX
from reviewer.ui.waveform.segment_bars import NO_SEGMENTS, SegmentTrack
from reviewer.ui.waveform.speaker_colours import speaker_colours
from reviewer.ui.waveform.spectrogram_tiles import (
    ColourTable,
    SpectrogramTiles,
    TileKey,
    colour_table,
    tile_strips,
)
from reviewer.ui.waveform.trace import WaveformSource
from reviewer.ui.waveform.view_window import ViewWindow

HEIGHT_PX = 140
_FONT_PX = 11
SPEECH_HZ = 8_000.0
RANGES_DB = (30, 40, 50, 60, 70, 80, 90, 100)


@dataclass(frozen=True, slots=True)
class SpectrogramSettings:
    """``is_speech_only`` shows 0 to 8 kHz instead of 0 to Nyquist; ``range_db`` is the dynamic range."""

    is_on: bool = False
    band: Band = Band.WIDE
    is_speech_only: bool = True
    range_db: int = 60

    def parameters(self, rate_hz: int) -> SpectrogramParameters:
        return SpectrogramParameters(rate_hz, self.band, SPEECH_HZ if self.is_speech_only else math.inf)

    def with_range(self, steps: int) -> "SpectrogramSettings":
        """Increases or decreases the dynamic range."""
        place = RANGES_DB.index(self.range_db) + steps
        return replace(self, range_db=RANGES_DB[min(max(place, 0), len(RANGES_DB) - 1)])


class Spectrogram(QWidget):
    """Draws the spectrogram of the visible range; mouse and wheel events pass to the parent view.

    A frame never waits for a transform: missing tiles show the previous picture stretched to its place, and
    are painted when they arrive.
    """

    settings_changed = Signal(object)
    """Carries the SpectrogramSettings."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spectrogram")
        self.setAccessibleName(self.tr("Spectrogram"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setFont(theme.time_font(_FONT_PX))
        self._tiles = SpectrogramTiles(jobs, self)
        self._tiles.arrived.connect(self._on_arrived)
        self._settings = SpectrogramSettings()
        self._source: WaveformSource | None = None
        self._window = ViewWindow.whole(1)
        self._segments = NO_SEGMENTS
        self._position = 0.0
        self._picture: QPixmap | None = None
        self._drawn: tuple[SpectrogramSettings, ViewWindow] | None = None
        self._is_stale = True
        self.hide()

    @property
    def settings(self) -> SpectrogramSettings:
        """What is shown, and how."""
        return self._settings

    @property
    def is_complete(self) -> bool:
        """Whether all tiles in view have been computed."""
        return all(self._tiles.get(key) is not None for key in self._keys())

    def put_in_corner(self, widget: QWidget) -> None:
        """Puts a widget over the top right corner."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.GRID_PX, theme.GRID_PX, 0)
        row.addWidget(widget, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)

    def show_source(self, source: WaveformSource | None) -> None:
        """Shows another clip, or none; drops the picture of the last one."""
        self._source = source
        self._segments = NO_SEGMENTS
        self._position = 0.0
        self._window = ViewWindow.whole(source.frames if source is not None else 1)
        self._tiles.show_samples(source.samples if source is not None else None)
        self._forget_picture()

    def replace_source(self, source: WaveformSource) -> None:
        """Shows another sound of the same clip; everything else stays."""
        self._source = source
        self._tiles.show_samples(source.samples)
        self._forget_picture()

    def show_window(self, window: ViewWindow) -> None:
        self._window = window
        self._restyle()

    def show_position(self, frame: float) -> None:
        before, self._position = self._x_of(self._position), frame
        after = self._x_of(frame)
        if round(before) != round(after):
            self.update(round(before) - 2, 0, 5, self.height())
            self.update(round(after) - 2, 0, 5, self.height())

    def show_segments(self, track: SegmentTrack) -> None:
        """Draws the borders of segments over the picture."""
        self._segments = track
        self.update()

    @Slot()
    def toggle(self) -> None:
        """Shows or hides the spectrogram."""
        self._change(replace(self._settings, is_on=not self._settings.is_on))

    @Slot()
    def toggle_band(self) -> None:
        """Switches between wide and narrow band."""
        band = Band.NARROW if self._settings.band is Band.WIDE else Band.WIDE
        self._change(replace(self._settings, band=band))

    @Slot()
    def toggle_ceiling(self) -> None:
        """Switches between 8 kHz and Nyquist as the upper limit."""
        self._change(replace(self._settings, is_speech_only=not self._settings.is_speech_only))

    @Slot()
    def show_more(self) -> None:
        """Increases the dynamic range: fainter sounds become visible."""
        self._change(self._settings.with_range(1))

    @Slot()
    def show_less(self) -> None:
        """Decreases the dynamic range: only loud sounds remain visible."""
        self._change(self._settings.with_range(-1))

    @Slot()
    def _on_arrived(self) -> None:
        self._is_stale = True
        self.update()

    def _change(self, settings: SpectrogramSettings) -> None:
        """While the spectrogram is hidden, only showing it changes anything."""
        if settings == self._settings or not (settings.is_on or self._settings.is_on):
            return
        self._settings = settings
        self.setVisible(settings.is_on)
        self.setAccessibleDescription(self._note())
        self._restyle()
        self.settings_changed.emit(settings)

    def _restyle(self) -> None:
        """Requests the tiles in view; the picture is composed in the next frame."""
        self._is_stale = True
        self._tiles.want(self._keys())
        self.update()

    def _keys(self) -> list[TileKey]:
        """The tiles in view, from the middle outwards."""
        source = self._source
        if source is None or not source.frames or not self._settings.is_on:
            return []
        parameters = self._settings.parameters(source.samples.rate_hz)
        level = parameters.level_for(self._window.span / self._pixels())
        size = TILE_COLUMNS << level
        first, last = int(self._window.start) // size, (int(self._window.end) - 1) // size
        middle = (first + last) / 2
        return [
            TileKey(parameters, channel, level, index)
            for index in sorted(range(first, max(last, first) + 1), key=lambda index: abs(index - middle))
            for channel in range(source.channels)
        ]

    def _compose(self, source: WaveformSource) -> QPixmap:
        """Everything except the playhead, in device pixels."""
        scale = self.devicePixelRatioF()
        picture = QPixmap(self._pixels(), max(round(self.height() * scale), 1))
        paints = colour_table(theme.tokens().surface, source, self._settings.range_db)
        picture.fill(QColor(theme.tokens().surface))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_last(painter, picture)
        self._paint_tiles(painter, source, paints, picture)
        painter.end()
        picture.setDevicePixelRatio(scale)
        return picture

    def _paint_last(self, painter: QPainter, picture: QPixmap) -> None:
        """The previous picture, stretched to where its frames are now, unless it shows other settings."""
        if self._picture is None or self._drawn is None or self._drawn[0] != self._settings:
            return
        before, width = self._drawn[1], picture.width()
        left, right = (self._window.x_of(frame, width) for frame in (before.start, before.end))
        target = QRectF(left, 0, right - left, picture.height())
        painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))

    def _paint_tiles(
        self, painter: QPainter, source: WaveformSource, paints: ColourTable, picture: QPixmap
    ) -> None:
        parameters = self._settings.parameters(source.samples.rate_hz)
        found = {key: made for key in self._keys() if (made := self._tiles.get(key)) is not None}
        lane = picture.height() / source.channels
        bottom, top = (
            parameters.rows - parameters.row_of(0),
            parameters.rows - parameters.row_of(parameters.top_hz),
        )
        for strip in tile_strips(found, self._window):
            left, right = (self._window.x_of(frame, picture.width()) for frame in (strip.start, strip.end))
            target = QRectF(left, lane * strip.channel, right - left, lane)
            image = strip.image(paints)
            painter.drawImage(target, image, QRectF(0, max(top, 0), image.width(), bottom - max(top, 0)))

    def _paint_borders(self, painter: QPainter, colours: theme.Tokens, part: QRect) -> None:
        """Borders of segments in the hue of the speaker, beside a dark or light line as the playhead has."""
        by_speaker, track = speaker_colours(colours), self._segments
        columns, places = track.edges(self._window, self.width(), SEGMENT_BORDERS_FROM_PX)
        inside = (columns >= part.left() - 2) & (columns <= part.right() + 2)
        for x, place in zip(columns[inside].tolist(), places[inside].tolist(), strict=True):
            bar = track.bars[place]
            thick = 2 if bar.is_current else 1
            painter.fillRect(x - 1, 0, thick + 2, self.height(), QColor(colours.background))
            hue = by_speaker[int(track.colours[place])].line
            painter.fillRect(x, 0, thick, self.height(), QColor(hue))

    def _paint_cursor(self, painter: QPainter, colours: theme.Tokens) -> None:
        """The playhead between two lines: no one colour contrasts with the whole colour map."""
        x = self._x_of(self._position)
        painter.fillRect(QRectF(x - 1.5, 0, 3, self.height()), QColor(colours.background))
        painter.fillRect(QRectF(x - 0.5, 0, 1, self.height()), QColor(colours.cursor))

    def _note(self) -> str:
        band = self.tr("narrow band") if self._settings.band is Band.NARROW else self.tr("wide band")
        return self.tr("{0} · {1} dB").format(band, self._settings.range_db)

    def _pixels(self) -> int:
        return max(round(self.width() * self.devicePixelRatioF()), 1)

    def _x_of(self, frame: float) -> float:
        return self._window.x_of(frame, self.width())

    def _forget_picture(self) -> None:
        self._picture = self._drawn = None
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        source, colours = self._source, theme.tokens()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(colours.surface))
        if source is not None and source.frames:
            if self._is_stale or self._picture is None:
                self._picture, self._drawn = self._compose(source), (self._settings, self._window)
                self._is_stale = False
            painter.drawPixmap(0, 0, self._picture)
            top_hz = self._settings.parameters(source.samples.rate_hz).top_hz
            for lane in range(source.channels):
                height = self.height() / source.channels
                paint_frequency_axis(painter, QRectF(0, lane * height, self.width(), height), top_hz, colours)
            if len(self._segments):
                self._paint_borders(painter, colours, event.rect())
            self._paint_cursor(painter, colours)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._forget_picture()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._forget_picture()
