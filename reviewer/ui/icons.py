"""Icons of one font, in the colours of the present theme."""

import sys

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from reviewer.ui.theme import tokens

SMALL_PX = 16
LARGE_PX = 20
_WHAT = "icon_name"
_ROLE = "icon_role"
_SIZE = "icon_size"

ICONS = {
    "desk": "ph.headphones",
    "mine": "ph.clock-counter-clockwise",
    "qa": "ph.check-square-offset",
    "overview": "ph.gauge",
    "progress": "ph.chart-line-up",
    "corpus": "ph.chart-bar",
    "clips": "ph.list-bullets",
    "people": "ph.users",
    "import": "ph.download-simple",
    "export": "ph.export",
    "log": "ph.list-numbers",
    "retention": "ph.hourglass",
    "lock": "ph.lock",
    "person": "ph.user-circle",
    "theme": "ph.circle-half",
    "keys": "ph.keyboard",
    "settings": "ph.gear-six",
    "play": "ph.play",
    "pause": "ph.pause",
    "stop": "ph.stop",
    "back": "ph.skip-back",
    "forward": "ph.skip-forward",
    "rewind": "ph.rewind",
    "fast_forward": "ph.fast-forward",
    "loop": "ph.repeat",
    "sound": "ph.speaker-high",
    "output": "ph.sliders-horizontal",
    "no_sound": "ph.speaker-slash",
    "in_edge": "ph.arrow-line-left",
    "out_edge": "ph.arrow-line-right",
    "backstep": "ph.arrow-bend-up-left",
    "previous_segment": "ph.caret-left",
    "next_segment": "ph.caret-right",
    "unheard": "ph.ear",
    "again": "ph.arrow-counter-clockwise",
    "slower": "ph.minus",
    "faster": "ph.plus",
    "spectrogram": "ph.rows",
    "zoom_whole": "ph.arrows-out-line-horizontal",
    "zoom_in": "ph.magnifying-glass-plus",
    "zoom_out": "ph.magnifying-glass-minus",
    "ok": "ph.check-circle",
    "warn": "ph.warning",
    "held": "ph.hand-palm",
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
    "save": "ph.floppy-disk",
    "return": "ph.arrow-u-up-left",
    "accept": "ph.check",
    "flag": "ph.flag",
    "skip": "ph.arrow-bend-up-right",
    "next": "ph.arrow-right",
    "open": "ph.caret-down",
    "folded": "ph.caret-right",
    "show": "ph.eye",
    "hide": "ph.eye-slash",
}
"""Icon name -> glyph of the Phosphor font."""


_is_late = False


def defer_icons() -> None:
    """Leaves icons empty until ``load_deferred_icons``: loading the icon font is a third of start-up."""
    global _is_late  # noqa: PLW0603 - one application, one start
    _is_late = True


def load_deferred_icons(root: QWidget) -> None:
    """Loads the icon font and sets every missing icon under ``root``."""
    global _is_late  # noqa: PLW0603
    _is_late = False
    repaint_icons(root)


def icon(what: str, role: str = "text") -> QIcon:
    """An icon in the colour of a text role; unlike ``set_icon`` it does not follow theme changes."""
    colours = tokens()
    if _is_late and "qtawesome" not in sys.modules:
        return QIcon()
    from qtawesome import icon as glyph  # noqa: PLC0415 - see defer_icons

    made: QIcon = glyph(
        ICONS[what], color=getattr(colours, role), color_disabled=colours.dim, scale_factor=1.0
    )
    return made


def set_icon(
    widget: QAbstractButton | QLabel | QAction, what: str, role: str = "text", *, size_px: int = SMALL_PX
) -> None:
    """Sets an icon and remembers it for ``repaint_icons``."""
    widget.setProperty(_WHAT, what)
    widget.setProperty(_ROLE, role)
    widget.setProperty(_SIZE, size_px)
    if isinstance(widget, QLabel):
        widget.setPixmap(icon(what, role).pixmap(QSize(size_px, size_px), widget.devicePixelRatioF()))
        return
    if isinstance(widget, QAbstractButton):
        widget.setIconSize(QSize(size_px, size_px))
    widget.setIcon(icon(what, role))


def repaint_icons(root: QWidget) -> None:
    """Repaints every icon under ``root`` in the colours of the present theme."""
    found: list[QAbstractButton | QLabel | QAction] = [
        *root.findChildren(QAbstractButton),
        *root.findChildren(QLabel),
        *root.findChildren(QAction),
    ]
    for widget in found:
        what, role, size_px = (widget.property(name) for name in (_WHAT, _ROLE, _SIZE))
        if isinstance(what, str) and isinstance(role, str):
            set_icon(widget, what, role, size_px=int(size_px))
