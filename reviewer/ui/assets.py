"""Icons of one family, in the colours of the theme that is on."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from qtawesome import icon as _glyph

from reviewer.ui.theme import tokens

SMALL_PX = 16
LARGE_PX = 20
_WHAT = "icon_name"
_ROLE = "icon_role"

ICONS = {
    "desk": "ph.headphones",
    "mine": "ph.clock-counter-clockwise",
    "qa": "ph.check-square-offset",
    "overview": "ph.gauge",
    "people": "ph.users",
    "import": "ph.download-simple",
    "export": "ph.export",
    "log": "ph.list-numbers",
    "lock": "ph.lock",
    "person": "ph.user-circle",
    "theme": "ph.circle-half",
    "keys": "ph.keyboard",
    "play": "ph.play",
    "pause": "ph.pause",
    "stop": "ph.stop",
    "back": "ph.skip-back",
    "forward": "ph.skip-forward",
    "rewind": "ph.rewind",
    "fast_forward": "ph.fast-forward",
    "loop": "ph.repeat",
    "sound": "ph.speaker-high",
    "ears": "ph.sliders-horizontal",
    "no_sound": "ph.speaker-slash",
    "in_edge": "ph.arrow-line-left",
    "out_edge": "ph.arrow-line-right",
    "backstep": "ph.arrow-bend-up-left",
    "again": "ph.arrow-counter-clockwise",
    "slower": "ph.minus",
    "faster": "ph.plus",
    "spectrogram": "ph.rows",
    "zoom_whole": "ph.arrows-out-line-horizontal",
    "zoom_in": "ph.magnifying-glass-plus",
    "zoom_out": "ph.magnifying-glass-minus",
    "ok": "ph.check-circle",
    "warn": "ph.warning",
    "error": "ph.warning-circle",
    "info": "ph.info",
    "copy": "ph.copy",
    "refresh": "ph.arrow-clockwise",
    "retry": "ph.arrow-clockwise",
    "add_person": "ph.user-plus",
    "revoke": "ph.prohibit",
    "folder": "ph.folder-open",
    "file": "ph.file-text",
    "verify": "ph.shield-check",
    "checkpoint": "ph.bookmark-simple",
    "return": "ph.arrow-u-up-left",
    "accept": "ph.check",
    "flag": "ph.flag",
    "skip": "ph.arrow-bend-up-right",
    "next": "ph.arrow-right",
    "show": "ph.eye",
    "hide": "ph.eye-slash",
}
"""What the program shows -> the glyph of the Phosphor family."""


def icon(what: str, role: str = "text") -> QIcon:
    """An icon in a text role's colour; it does not follow a later change of theme, ``put_icon`` does."""
    colours = tokens()
    made: QIcon = _glyph(
        ICONS[what], color=getattr(colours, role), color_disabled=colours.dim, scale_factor=1.0
    )
    return made


def put_icon(
    widget: QAbstractButton | QLabel, what: str, role: str = "text", *, size_px: int = SMALL_PX
) -> None:
    """Shows an icon on a button or label and remembers it, so that ``repaint_icons`` finds it."""
    widget.setProperty(_WHAT, what)
    widget.setProperty(_ROLE, role)
    if isinstance(widget, QLabel):
        widget.setPixmap(icon(what, role).pixmap(QSize(size_px, size_px), widget.devicePixelRatioF()))
        return
    widget.setIconSize(QSize(size_px, size_px))
    widget.setIcon(icon(what, role))


def repaint_icons(root: QWidget) -> None:
    """Gives every remembered icon under ``root`` the colours of the theme that is on now."""
    found: list[QAbstractButton | QLabel] = [*root.findChildren(QAbstractButton), *root.findChildren(QLabel)]
    for widget in found:
        what, role = widget.property(_WHAT), widget.property(_ROLE)
        if isinstance(what, str) and isinstance(role, str):
            put_icon(widget, what, role, size_px=_size_of(widget))


def _size_of(widget: QAbstractButton | QLabel) -> int:
    if isinstance(widget, QAbstractButton):
        return widget.iconSize().width()
    return round(widget.pixmap().width() / widget.pixmap().devicePixelRatio()) or SMALL_PX
