"""A window that changed its theme looks, pixel by pixel, like one that was opened in that theme."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from reviewer.ui.theme import Choice, Theme
from tests.widgets.scenes import SCENES


def _difference(one: QImage, other: QImage) -> str:
    """The rectangle in which two pictures differ; nothing where they are the same."""
    assert one.size() == other.size()
    rows, columns = np.nonzero(_pixels(one) != _pixels(other))
    if not rows.size:
        return ""
    return f"{rows.size} pixels in x {columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"


def _pixels(image: QImage) -> NDArray[np.uint32]:
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)


@pytest.mark.parametrize("name", SCENES)
def test_nothing_keeps_the_colours_of_the_theme_before(name: str, scene_of, dark: Theme):
    switched = scene_of(name)
    dark.choose(Choice.LIGHT)
    after_the_switch = switched.picture()
    opened = scene_of(name)
    assert _difference(after_the_switch, opened.picture()) == ""
