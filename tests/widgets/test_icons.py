"""Icons: all there, drawn, and in the theme's colours."""

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui import theme
from reviewer.ui.icons import ICONS, LARGE_PX, SMALL_PX, icon, repaint_icons, set_icon
from reviewer.ui.theme import DARK, LIGHT, Scheme


def _inked(image: QImage) -> set[str]:
    """The colours of the pixels that are fully covered."""
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


@pytest.mark.parametrize("what", sorted(ICONS))
def test_every_icon_is_drawn(themed, what: str):
    image = icon(what).pixmap(64, 64).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(64) for y in range(64))


def test_all_icons_are_of_one_family():
    assert {name.split(".", maxsplit=1)[0] for name in ICONS.values()} == {"ph"}


@pytest.mark.parametrize("role", ["text", "dim", "accent", "ok", "warn", "error", "on_accent"])
def test_an_icon_has_the_colour_of_its_role(themed, role: str):
    assert getattr(DARK, role) in _inked(icon("accept", role).pixmap(96, 96).toImage())


def test_an_icon_that_there_is_not_is_an_error(themed):
    with pytest.raises(KeyError):
        icon("unicorn")


def test_icons_that_were_put_on_follow_the_theme(themed: QApplication, qtbot: QtBot):
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    button, label = QPushButton(page), QLabel(page)
    column.addWidget(button)
    column.addWidget(label)
    set_icon(button, "accept", size_px=LARGE_PX)
    set_icon(label, "accept")
    theme.apply(themed, Scheme.LIGHT)
    repaint_icons(page)
    assert LIGHT.text in _inked(button.icon().pixmap(96, 96).toImage())
    assert button.iconSize().width() == LARGE_PX
    assert label.pixmap().deviceIndependentSize().toSize().width() == SMALL_PX


def test_a_disabled_icon_is_dim(themed):
    from PySide6.QtGui import QIcon

    image = icon("accept").pixmap(96, 96, QIcon.Mode.Disabled).toImage()
    assert QColor(DARK.dim).name().upper() in _inked(image)
