"""Speakers as numbered badges, in hues that colour-blind people tell apart."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

from reviewer.ui import theme

# Okabe and Ito, "Color Universal Design" (2008), without black.
HUES = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#D55E00")
_SIDE_PX = 16
_RADIUS_PX = 4
_DARK_TEXT, _LIGHT_TEXT = "#1B1F27", "#FFFFFF"
_LIGHT_GROUND = 0.4


def speaker_hue(number: int) -> QColor:
    """The hue of a speaker's number, from 1; hues repeat after the seventh. 0 is nobody: dim."""
    return QColor(HUES[(number - 1) % len(HUES)]) if number else QColor(theme.tokens().dim)


def speaker_icon(number: int) -> QIcon:
    """A badge with the speaker's number."""
    scale = QGuiApplication.primaryScreen().devicePixelRatio()
    picture = QPixmap(round(_SIDE_PX * scale), round(_SIDE_PX * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    hue = speaker_hue(number)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(hue)
    painter.drawRoundedRect(QRectF(0, 0, _SIDE_PX, _SIDE_PX), _RADIUS_PX, _RADIUS_PX)
    painter.setPen(QColor(_DARK_TEXT if _luminance(hue) > _LIGHT_GROUND else _LIGHT_TEXT))
    painter.setFont(theme.interface_font(11))
    painter.drawText(QRectF(0, 0, _SIDE_PX, _SIDE_PX), Qt.AlignmentFlag.AlignCenter, str(number))
    painter.end()
    return QIcon(picture)


def _luminance(colour: QColor) -> float:
    """Perceived lightness, 0 to 1: Rec. 709 weights."""
    return 0.2126 * colour.redF() + 0.7152 * colour.greenF() + 0.0722 * colour.blueF()
