"""Speakers as numbered badges, in hues that colour-blind people tell apart."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

from reviewer.ui import theme
from reviewer.ui.waveform.speaker_colours import colour_place, speaker_colours

_SIDE_PX = 16
_RADIUS_PX = 4


def speaker_icon(number: int) -> QIcon:
    """A badge with the speaker's number."""
    scale = QGuiApplication.primaryScreen().devicePixelRatio()
    picture = QPixmap(round(_SIDE_PX * scale), round(_SIDE_PX * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    colour = speaker_colours(theme.tokens())[colour_place(number)]
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour.line))
    painter.drawRoundedRect(QRectF(0, 0, _SIDE_PX, _SIDE_PX), _RADIUS_PX, _RADIUS_PX)
    painter.setPen(QColor(colour.on_line))
    painter.setFont(theme.interface_font(11))
    painter.drawText(QRectF(0, 0, _SIDE_PX, _SIDE_PX), Qt.AlignmentFlag.AlignCenter, str(number))
    painter.end()
    icon = QIcon(picture)
    for mode in (QIcon.Mode.Selected, QIcon.Mode.Active):  # Qt would tint it in a selected row
        icon.addPixmap(picture, mode)
    return icon
