"""Widget tests run without a screen unless one is asked for, and leave nothing behind."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from reviewer.ui import theme
from reviewer.ui.jobs import Jobs


@pytest.fixture
def themed(qapp: QApplication) -> QApplication:
    """The application in the dark theme."""
    theme.apply(qapp, theme.Scheme.DARK)
    return qapp


@pytest.fixture
def jobs(qapp: QApplication):
    """The job pool, joined afterwards."""
    pool = Jobs()
    yield pool
    pool.close()
