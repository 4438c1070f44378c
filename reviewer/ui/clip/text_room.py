"""How much room the text has: its size, the share of the waveform, what is folded; all of it remembered."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, Slot
from PySide6.QtWidgets import QToolButton

from reviewer.ui import theme
from reviewer.ui.icons import set_icon
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.preferences import Preferences
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.transcript.tag_palette import TagForm
from reviewer.ui.widgets.widget_ids import enable

if TYPE_CHECKING:
    from reviewer.ui.clip.clip_view import ClipView

TEXT_PX = "text.size_px"
TEXT_BOUNDS_PX = (14, 40)
_TEXT_STEP_PX = 2
SHARE_BOUNDS = (150, 700)
"""Of the waveform in the height of the view, in thousandths."""
_SHARE_STEP = 50


class TextRoom(QObject):
    """Binds keys and buttons to the preferences, and applies them to one clip view."""

    def __init__(self, view: "ClipView", scope: Scope, preferences: Preferences) -> None:
        super().__init__(view)
        self._view, self._scope, self._preferences = view, scope, preferences
        tools = view.transcription.tools
        for name, button, slot in (
            ("fold_tags", tools.tags, partial(self._toggle, "fold_tags")),
            ("fold_draft", tools.draft, partial(self._toggle, "fold_draft")),
            ("text_smaller", tools.smaller, partial(self._resize_text, -_TEXT_STEP_PX)),
            ("text_larger", tools.larger, partial(self._resize_text, _TEXT_STEP_PX)),
        ):
            bind_shortcut(view, f"{scope}.{name}", slot)
            button.clicked.connect(slot)
        bind_shortcut(view, f"{scope}.more_text", partial(self._share, -_SHARE_STEP))
        bind_shortcut(view, f"{scope}.more_wave", partial(self._share, _SHARE_STEP))
        view.wave_share_changed.connect(self._on_share_changed)
        view.transcription.drafts.folded_changed.connect(self._on_drafts_folded)
        view.transcription.tags.form_changed.connect(self._show_tags_button)
        preferences.changed.connect(self._on_changed)
        for each in (TEXT_PX, *map(self._name, ("fold_tags", "fold_draft", "wave_share"))):
            self._on_changed(each)

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        tools, panel, stored = self._view.transcription.tools, self._view.transcription, self._preferences
        if name == TEXT_PX:
            panel.heights.set_text_px(_within(stored.number(TEXT_PX, theme.TRANSCRIPT_PX), TEXT_BOUNDS_PX))
        elif name == self._name("wave_share"):
            share = stored.number(name, 0)
            self._view.set_wave_share(_within(share, SHARE_BOUNDS) if share else 0)
        elif name == self._name("fold_tags"):
            is_folded = stored.is_on(name, default=False)
            panel.tags.set_folded(is_folded=is_folded)
            panel.heights.share()
            self._show_tags_button()
        elif name == self._name("fold_draft"):
            is_folded = stored.is_on(name, default=False)
            panel.notice.set_folded(is_folded=is_folded)
            panel.drafts.set_folded(is_folded=is_folded)
            _check(tools.draft, is_checked=not is_folded)

    @Slot()
    def _show_tags_button(self) -> None:
        """Without room for the tags the button says so, and cannot be pressed in vain."""
        button = self._view.transcription.tools.tags
        has_room = self._view.transcription.tags.form is not TagForm.NONE
        is_folded = self._preferences.is_on(self._name("fold_tags"), default=False)
        _check(button, is_checked=has_room and not is_folded)
        why = self.tr("No room for the tags: make the window higher or the text smaller. Their keys work.")
        enable(button, has_room, why)

    @Slot(int)
    def _on_share_changed(self, thousandths: int) -> None:
        self._preferences.put(self._name("wave_share"), _within(thousandths, SHARE_BOUNDS))

    @Slot(bool)
    def _on_drafts_folded(self, is_folded: bool) -> None:  # noqa: FBT001 - as the signal has it
        self._preferences.put(self._name("fold_draft"), is_folded)

    def _toggle(self, what: str, *_checked: bool) -> None:
        name = self._name(what)
        self._preferences.put(name, not self._preferences.is_on(name, default=False))

    def _resize_text(self, by_px: int, *_checked: bool) -> None:
        now = self._preferences.number(TEXT_PX, theme.TRANSCRIPT_PX)
        self._preferences.put(TEXT_PX, _within(now + by_px, TEXT_BOUNDS_PX))

    def _share(self, by: int) -> None:
        self._preferences.put(self._name("wave_share"), _within(self._view.wave_share + by, SHARE_BOUNDS))

    def _name(self, what: str) -> str:
        return f"{self._scope}.{what}"


def _within(value: int, bounds: tuple[int, int]) -> int:
    return min(max(value, bounds[0]), bounds[1])


def _check(button: QToolButton, *, is_checked: bool) -> None:
    with QSignalBlocker(button):
        button.setChecked(is_checked)
    set_icon(button, "open" if is_checked else "folded", "dim")
