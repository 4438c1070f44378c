"""The program's colours, sizes and fonts, and how they are applied."""

from dataclasses import dataclass, fields
from enum import StrEnum
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from reviewer.places import resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import Qt

GRID_PX = 4
GAP_PX = 8
GROUP_PX = 16
EDGE_PX = 24
TEXT_PX = 13
LABEL_PX = 12
TITLE_PX = 20
TRANSCRIPT_PX = 20
TOP_BAR_PX = 40
STATUS_BAR_PX = 24
SIDEBAR_PX = 136
SIDEBAR_FOLDED_PX = 56
FOLD_BELOW_PX = 1100
SPEAKER_HUES = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
"""Okabe and Ito's colour-blind-safe palette without black; a speaker's number is always shown too."""

_SETTING = "theme"
_SEEN = "theme_of_platform"
STYLE = "fusion"
HAS_STYLE = "has_style"
"""Set on an application whose command line chose the style: asking for it takes 15 ms."""


class Scheme(StrEnum):
    """Dark or light."""

    DARK = "dark"
    LIGHT = "light"


class Choice(StrEnum):
    """The user's choice; SYSTEM follows the platform."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme's colours by role, each ``#RRGGBB``. ``on_accent`` is text on a filled accent."""

    background: str
    surface: str
    raised: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    wave: str
    cursor: str
    heard: str
    ok: str
    warn: str
    error: str


DARK = Tokens(
    background="#16181D",
    surface="#1E2128",
    raised="#262A33",
    line="#343946",
    text="#E6E8EC",
    dim="#A3A9B6",
    accent="#6CB4EE",
    on_accent="#16181D",
    wave="#7FB2E5",
    cursor="#FF8A7A",
    heard="#4FB286",
    ok="#62C59F",
    warn="#E5AE4B",
    error="#FF8B85",
)
LIGHT = Tokens(
    background="#F6F7F9",
    surface="#FFFFFF",
    raised="#EEF0F4",
    line="#D5D9E1",
    text="#1B1F27",
    dim="#535B69",
    accent="#1A669F",
    on_accent="#FFFFFF",
    wave="#3A78B4",
    cursor="#B83227",
    heard="#1F7A55",
    ok="#1B7249",
    warn="#845500",
    error="#B3261E",
)
GROUNDS = ("background", "surface", "raised")
TEXT_ROLES = ("text", "dim", "accent", "ok", "warn", "error")


def tokens_of(scheme: Scheme) -> Tokens:
    """The colours of a scheme."""
    return DARK if scheme is Scheme.DARK else LIGHT


def current_scheme() -> Scheme:
    """The scheme applied to the application, read from its palette."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return Scheme.LIGHT if window.lightness() > 127 else Scheme.DARK


def tokens() -> Tokens:
    """The colours applied to the application; ask again on ``QEvent.Type.PaletteChange``."""
    return tokens_of(current_scheme())


def apply(app: QApplication, scheme: Scheme) -> None:
    """Applies font, palette and style sheet of a scheme; does nothing if they are applied already."""
    sheet = style_sheet(tokens_of(scheme))
    if app.styleSheet() == sheet:
        return
    if not app.property(HAS_STYLE):  # a style once set stays; setting it again would polish every widget
        app.setStyle(STYLE)
        app.setProperty(HAS_STYLE, True)
    app.setFont(interface_font())
    app.setPalette(palette(tokens_of(scheme)))
    app.setStyleSheet(sheet)


def interface_font(pixels: int = TEXT_PX, *, bold: bool = False) -> QFont:
    """The system's interface font at one of our sizes."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font


def tabular(font: QFont) -> QFont:
    """The same font with tabular figures."""
    same = QFont(font)
    same.setFeature(QFont.Tag("tnum"), 1)
    return same


def time_font(pixels: int = TEXT_PX) -> QFont:
    """The monospaced font, used for times only."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    return font


def style_sheet(of: Tokens) -> str:
    """The style sheet of ``resources/styles`` with its colours filled in; an unknown role raises KeyError."""
    template = Template(resource("styles", "reviewer.qss").read_text(encoding="utf-8"))
    icons = resource("styles").as_posix()
    scheme = Scheme.DARK if of is DARK else Scheme.LIGHT
    return template.substitute({f.name: getattr(of, f.name) for f in fields(of)}, icons=icons, scheme=scheme)


def palette(of: Tokens) -> QPalette:
    """A palette with every group and role set, so that no platform colour remains."""
    made = QPalette()
    role = QPalette.ColorRole
    for name, colour in {
        role.Window: of.background,
        role.WindowText: of.text,
        role.Base: of.surface,
        role.AlternateBase: of.raised,
        role.Text: of.text,
        role.Button: of.raised,
        role.ButtonText: of.text,
        role.BrightText: of.error,
        role.Light: of.raised,
        role.Midlight: of.raised,
        role.Mid: of.line,
        role.Dark: of.line,
        role.Shadow: of.background,
        role.ToolTipBase: of.raised,
        role.ToolTipText: of.text,
        role.Highlight: of.accent,
        role.HighlightedText: of.on_accent,
        role.Link: of.accent,
        role.LinkVisited: of.accent,
        role.PlaceholderText: of.dim,
        role.Accent: of.accent,
    }.items():
        made.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(of.dim))
    return made


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


class Theme(QObject):
    """Stores and applies the user's choice; follows the platform while the choice is SYSTEM."""

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        settings: QSettings,
        parent: QObject | None = None,
        *,
        asks_platform: bool = True,
        platform: "Callable[[], Qt.ColorScheme] | None" = None,
    ) -> None:
        """Applies the choice; without ``asks_platform`` the last known scheme, until ``ask_platform``."""
        super().__init__(parent)
        self._app = app
        self._settings = settings
        self._platform = platform or app.styleHints().colorScheme
        stored = str(settings.value(_SETTING, Choice.SYSTEM.value))
        self._choice = Choice(stored) if stored in set(Choice) else Choice.SYSTEM
        self._seen = Scheme.LIGHT if settings.value(_SEEN) == Scheme.LIGHT.value else Scheme.DARK
        app.styleHints().colorSchemeChanged.connect(self.ask_platform)
        if asks_platform:
            self.ask_platform()
        apply(app, self.scheme)

    @property
    def choice(self) -> Choice:
        return self._choice

    @property
    def scheme(self) -> Scheme:
        """The scheme that the choice means now; dark if the platform does not say."""
        if self._choice is not Choice.SYSTEM:
            return Scheme(self._choice.value)
        return self._seen

    def choose(self, choice: Choice) -> None:
        """Stores and applies a choice."""
        self._choice = choice
        self._settings.setValue(_SETTING, choice.value)
        self._put_on()

    @Slot()
    def toggle(self) -> None:
        """Switches to the other scheme, whatever the platform says."""
        self.choose(Choice.LIGHT if self.scheme is Scheme.DARK else Choice.DARK)

    @Slot()
    def ask_platform(self) -> None:
        """Follows the platform's present scheme."""
        from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

        seen = Scheme.LIGHT if self._platform() == Qt.ColorScheme.Light else Scheme.DARK
        if seen is self._seen:
            return
        self._seen = seen
        self._settings.setValue(_SEEN, seen.value)
        if self._choice is Choice.SYSTEM:
            self._put_on()

    def _put_on(self) -> None:
        apply(self._app, self.scheme)
        self.changed.emit()


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
