"""The program's colours, sizes and fonts, and how they are applied."""

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from reviewer.places import resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import Qt
    from PySide6.QtGui import QAccessibilityHints, QStyleHints

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
_CONTRAST = "contrast"
_SEEN = "theme_of_platform"
_SEEN_CONTRAST = "contrast_of_platform"
STYLE = "fusion"
HAS_STYLE = "has_style"
"""Set on an application whose command line chose the style: asking for it takes 15 ms."""


class Scheme(StrEnum):
    """Dark or light, in usual or high contrast."""

    DARK = "dark"
    LIGHT = "light"
    DARK_HIGH = "dark_high"
    LIGHT_HIGH = "light_high"

    @classmethod
    def of(cls, *, is_dark: bool, is_high: bool) -> "Scheme":
        """The scheme with this ground and contrast."""
        if is_high:
            return cls.DARK_HIGH if is_dark else cls.LIGHT_HIGH
        return cls.DARK if is_dark else cls.LIGHT

    @property
    def is_dark(self) -> bool:
        return self in {Scheme.DARK, Scheme.DARK_HIGH}


class Choice(StrEnum):
    """The user's choice; SYSTEM follows the platform."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class ContrastChoice(StrEnum):
    """The user's choice of contrast; SYSTEM follows the platform."""

    SYSTEM = "system"
    USUAL = "usual"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme's colours by role, each ``#RRGGBB``.

    ``on_accent`` is text on a filled accent; ``edge`` surrounds buttons and fields, ``selected_edge`` what is
    selected. ``text_contrast`` is the least that any text has on its ground, ``shape_contrast`` a shape's.
    """

    background: str
    surface: str
    raised: str
    line: str
    edge: str
    selected_edge: str
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
    text_contrast: float = 4.5
    shape_contrast: float = 3.0


DARK = Tokens(
    background="#16181D",
    surface="#1E2128",
    raised="#262A33",
    line="#343946",
    edge="#343946",
    selected_edge="#262A33",
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
    edge="#D5D9E1",
    selected_edge="#EEF0F4",
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
DARK_HIGH = Tokens(
    background="#000000",
    surface="#000000",
    raised="#242424",
    line="#595959",
    edge="#D9D9D9",
    selected_edge="#7FD4FF",
    text="#FFFFFF",
    dim="#DEDEDE",
    accent="#7FD4FF",
    on_accent="#000000",
    wave="#9CD0FF",
    cursor="#FFB0A6",
    heard="#63DBA6",
    ok="#83EBBB",
    warn="#FFD060",
    error="#FFB8B3",
    text_contrast=7.0,
    shape_contrast=7.0,
)
LIGHT_HIGH = Tokens(
    background="#FFFFFF",
    surface="#FFFFFF",
    raised="#E6E6E6",
    line="#959595",
    edge="#2B2B2B",
    selected_edge="#003B70",
    text="#000000",
    dim="#2B2B2B",
    accent="#003B70",
    on_accent="#FFFFFF",
    wave="#1B4F86",
    cursor="#8C0F06",
    heard="#075535",
    ok="#00432A",
    warn="#523300",
    error="#7A0B07",
    text_contrast=7.0,
    shape_contrast=7.0,
)


_TOKENS = {
    Scheme.DARK: DARK,
    Scheme.LIGHT: LIGHT,
    Scheme.DARK_HIGH: DARK_HIGH,
    Scheme.LIGHT_HIGH: LIGHT_HIGH,
}


def tokens_of(scheme: Scheme) -> Tokens:
    """The colours of a scheme."""
    return _TOKENS[scheme]


def current_scheme() -> Scheme:
    """The scheme applied to the application, read from its palette."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    ground = window.name().upper()
    usual = Scheme.of(is_dark=window.lightness() <= 127, is_high=False)
    return next((each for each, of in _TOKENS.items() if of.background == ground), usual)


def tokens() -> Tokens:
    """The colours applied to the application; ask again on ``QEvent.Type.PaletteChange``."""
    return tokens_of(current_scheme())


def apply(app: QApplication, scheme: Scheme) -> None:
    """Applies font, palette and style sheet of a scheme; does nothing if they are applied already."""
    sheet = style_sheet(scheme)
    if app.styleSheet() == sheet:
        return
    if not app.property(HAS_STYLE):  # a style once set stays; setting it again would polish every widget
        app.setStyle(STYLE)
        app.setProperty(HAS_STYLE, True)
    if app.styleSheet():  # Qt takes four times as long to replace a style sheet as to take one off first
        app.setStyleSheet("")
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


def style_sheet(scheme: Scheme) -> str:
    """The style sheet of ``resources/styles`` with its colours filled in; an unknown role raises KeyError."""
    of = tokens_of(scheme)
    template = Template(resource("styles", "reviewer.qss").read_text(encoding="utf-8"))
    icons = resource("styles").as_posix()
    drawn = Scheme.of(
        is_dark=scheme.is_dark, is_high=False
    )  # the pictures of the usual contrast suit the high
    return template.substitute({f.name: getattr(of, f.name) for f in fields(of)}, icons=icons, scheme=drawn)


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
    """Stores and applies the user's choices; follows the platform where a choice is SYSTEM."""

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        settings: QSettings,
        parent: QObject | None = None,
        *,
        asks_platform: bool = True,
        platform: "Callable[[], Qt.ColorScheme] | None" = None,
        platform_contrast: "Callable[[], Qt.ContrastPreference] | None" = None,
    ) -> None:
        """Applies the choices; without ``asks_platform`` the last known scheme, until ``ask_platform``."""
        super().__init__(parent)
        self._app = app
        self._settings = settings
        hints, accessibility = _hints()
        self._platform = platform or hints.colorScheme
        self._platform_contrast = platform_contrast or accessibility.contrastPreference
        stored, contrast_stored = (str(settings.value(name, "system")) for name in (_SETTING, _CONTRAST))
        self._choice = Choice(stored) if stored in set(Choice) else Choice.SYSTEM
        is_known = contrast_stored in set(ContrastChoice)
        self._contrast = ContrastChoice(contrast_stored) if is_known else ContrastChoice.SYSTEM
        self._seen = Scheme.of(
            is_dark=settings.value(_SEEN) != Scheme.LIGHT.value,
            is_high=settings.value(_SEEN_CONTRAST) == ContrastChoice.HIGH.value,
        )
        hints.colorSchemeChanged.connect(self.ask_platform)
        accessibility.contrastPreferenceChanged.connect(self.ask_platform)
        if asks_platform:
            self.ask_platform()
        apply(app, self.scheme)

    @property
    def choice(self) -> Choice:
        return self._choice

    @property
    def contrast(self) -> ContrastChoice:
        return self._contrast

    @property
    def scheme(self) -> Scheme:
        """The scheme that the choices mean now; dark and of usual contrast if the platform does not say."""
        seen, high = self._seen, {Scheme.DARK_HIGH, Scheme.LIGHT_HIGH}
        follows, follows_contrast = Choice.SYSTEM, ContrastChoice.SYSTEM
        return Scheme.of(
            is_dark=seen.is_dark if self._choice is follows else self._choice is Choice.DARK,
            is_high=seen in high
            if self._contrast is follows_contrast
            else self._contrast is ContrastChoice.HIGH,
        )

    def choose(self, choice: Choice) -> None:
        """Stores and applies a choice."""
        self._choice = choice
        self._settings.setValue(_SETTING, choice.value)
        self._put_on()

    def choose_contrast(self, contrast: ContrastChoice) -> None:
        """Stores and applies a choice of contrast."""
        self._contrast = contrast
        self._settings.setValue(_CONTRAST, contrast.value)
        self._put_on()

    @Slot()
    def toggle(self) -> None:
        """Switches between dark and light, whatever the platform says."""
        self.choose(Choice.LIGHT if self.scheme.is_dark else Choice.DARK)

    @Slot()
    def ask_platform(self) -> None:
        """Follows the platform's present scheme and contrast."""
        from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

        is_dark = self._platform() != Qt.ColorScheme.Light
        is_high = self._platform_contrast() == Qt.ContrastPreference.HighContrast
        seen, before = Scheme.of(is_dark=is_dark, is_high=is_high), self.scheme
        if seen is self._seen:
            return
        self._seen = seen
        self._settings.setValue(_SEEN, (Scheme.DARK if is_dark else Scheme.LIGHT).value)
        self._settings.setValue(
            _SEEN_CONTRAST, (ContrastChoice.HIGH if is_high else ContrastChoice.USUAL).value
        )
        if self.scheme is not before:
            self._put_on()

    def _put_on(self) -> None:
        apply(self._app, self.scheme)
        self.changed.emit()


@cache
def _hints() -> "tuple[QStyleHints, QAccessibilityHints]":
    """What the platform prefers. PySide 6.11 calls the second one deleted once its Python object is gone."""
    hints = QGuiApplication.styleHints()
    return hints, hints.accessibility()


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
