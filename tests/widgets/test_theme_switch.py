"""A window that changed its theme looks, pixel by pixel, like one that was opened in that theme."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.ui.jobs import Jobs
from reviewer.ui.theme import Choice, Theme
from tests.widgets.scenes import SCENES, Scene


@pytest.fixture
def open_in(qapp: QApplication, qtbot: QtBot, jobs: Jobs, settle: Callable[[], None], tmp_path: Path):
    """Opens a screen with something on it in a theme."""
    theme = Theme(qapp, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))

    def make(name: str, choice: Choice) -> tuple[Scene, Theme]:
        theme.choose(choice)
        role, set_up = SCENES[name]
        scene = Scene(role, qtbot, jobs, settle, theme)
        set_up(scene)
        return scene, theme

    return make


def _difference(one: QImage, other: QImage) -> str:
    """The rectangle in which two pictures differ; nothing where they are the same."""
    assert one.size() == other.size()
    pixels = [
        np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) for image in (one, other)
    ]
    rows, columns = np.nonzero(pixels[0] != pixels[1])
    if not rows.size:
        return ""
    return f"{rows.size} pixels in x {columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"


def _pixels(image: QImage) -> NDArray[np.uint32]:
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)


@pytest.mark.parametrize("name", SCENES)
def test_nothing_keeps_the_colours_of_the_theme_before(name: str, open_in):
    switched, theme = open_in(name, Choice.DARK)
    theme.choose(Choice.LIGHT)
    after_the_switch = switched.picture()
    opened, _ = open_in(name, Choice.LIGHT)
    assert _difference(after_the_switch, opened.picture()) == ""
