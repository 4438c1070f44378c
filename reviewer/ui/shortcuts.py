"""Every key of the program in one table."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from reviewer.ui.keys.binding import Bindings
from reviewer.ui.keys.row import Key, Scope

__all__ = ("TABLE", "Key", "Scope", "bind", "key", "keys_in", "rebind", "tip")


def _key(key_id: str, scope: Scope, keys: str, does: object) -> Key:
    return Key(key_id, scope, keys, str(does))


TABLE: tuple[Key, ...] = (
    # Everywhere
    _key("window.keys", Scope.WINDOW, "F1", QT_TRANSLATE_NOOP("shortcuts", "Show the keys")),
    _key("window.settings", Scope.WINDOW, "Ctrl+,", QT_TRANSLATE_NOOP("shortcuts", "Settings")),
    _key("window.lock", Scope.WINDOW, "Ctrl+Shift+L", QT_TRANSLATE_NOOP("shortcuts", "Lock")),
    _key("window.theme", Scope.WINDOW, "Ctrl+Shift+T", QT_TRANSLATE_NOOP("shortcuts", "Dark or light")),
    _key("window.rail_1", Scope.WINDOW, "Ctrl+1", QT_TRANSLATE_NOOP("shortcuts", "First screen")),
    _key("window.rail_2", Scope.WINDOW, "Ctrl+2", QT_TRANSLATE_NOOP("shortcuts", "Second screen")),
    _key("window.rail_3", Scope.WINDOW, "Ctrl+3", QT_TRANSLATE_NOOP("shortcuts", "Third screen")),
    _key("window.rail_4", Scope.WINDOW, "Ctrl+4", QT_TRANSLATE_NOOP("shortcuts", "Fourth screen")),
    _key("window.rail_5", Scope.WINDOW, "Ctrl+5", QT_TRANSLATE_NOOP("shortcuts", "Fifth screen")),
    # Sign-in and the agreement
    _key("sign_in.enter", Scope.SIGN_IN, "Return", QT_TRANSLATE_NOOP("shortcuts", "Sign in")),
    _key("sign_in.enrol", Scope.SIGN_IN, "Ctrl+E", QT_TRANSLATE_NOOP("shortcuts", "Use a one-time code")),
    _key("sign_in.set", Scope.SIGN_IN, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Set my passphrase")),
    _key("sign_in.back", Scope.SIGN_IN, "Esc", QT_TRANSLATE_NOOP("shortcuts", "Back to sign-in")),
    _key("nda.agree", Scope.NDA, "Ctrl+Shift+A", QT_TRANSLATE_NOOP("shortcuts", "Accept the agreement")),
    _key("nda.decline", Scope.NDA, "Ctrl+Shift+D", QT_TRANSLATE_NOOP("shortcuts", "Decline the agreement")),
    # The desk
    _key("desk.claim", Scope.DESK, "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "Take the next clip")),
    _key("desk.submit", Scope.DESK, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Submit")),
    _key("desk.skip", Scope.DESK, "Ctrl+Shift+K", QT_TRANSLATE_NOOP("shortcuts", "Skip this clip")),
    _key("desk.play", Scope.DESK, "Ctrl+Space; F4", QT_TRANSLATE_NOOP("shortcuts", "Play or pause")),
    _key("desk.back", Scope.DESK, "F2", QT_TRANSLATE_NOOP("shortcuts", "Back a step")),
    _key("desk.forward", Scope.DESK, "F3", QT_TRANSLATE_NOOP("shortcuts", "Forward a step")),
    _key("desk.start", Scope.DESK, "Shift+F2", QT_TRANSLATE_NOOP("shortcuts", "To the beginning")),
    _key("desk.again", Scope.DESK, "Shift+F4", QT_TRANSLATE_NOOP("shortcuts", "A step back again, slower")),
    _key(
        "desk.previous_segment",
        Scope.DESK,
        "Ctrl+F2",
        QT_TRANSLATE_NOOP("shortcuts", "To the segment before"),
    ),
    _key("desk.next_segment", Scope.DESK, "Ctrl+F3", QT_TRANSLATE_NOOP("shortcuts", "To the next segment")),
    _key(
        "desk.next_unheard",
        Scope.DESK,
        "Ctrl+F8",
        QT_TRANSLATE_NOOP("shortcuts", "To speech you have not heard yet"),
    ),
    _key("desk.slower", Scope.DESK, "F5", QT_TRANSLATE_NOOP("shortcuts", "Slower")),
    _key("desk.normal_speed", Scope.DESK, "F6", QT_TRANSLATE_NOOP("shortcuts", "Normal speed")),
    _key("desk.faster", Scope.DESK, "F7", QT_TRANSLATE_NOOP("shortcuts", "Faster")),
    _key("desk.loop", Scope.DESK, "Shift+F3", QT_TRANSLATE_NOOP("shortcuts", "Loop on or off")),
    _key(
        "desk.in_edge",
        Scope.DESK,
        "Shift+F5",
        QT_TRANSLATE_NOOP("shortcuts", "Hear where the selection begins"),
    ),
    _key(
        "desk.out_edge",
        Scope.DESK,
        "Shift+F6",
        QT_TRANSLATE_NOOP("shortcuts", "Hear where the selection ends"),
    ),
    _key(
        "desk.select_from",
        Scope.DESK,
        "Shift+F7",
        QT_TRANSLATE_NOOP("shortcuts", "The selection begins here"),
    ),
    _key("desk.select_to", Scope.DESK, "Shift+F8", QT_TRANSLATE_NOOP("shortcuts", "The selection ends here")),
    _key("desk.select_none", Scope.DESK, "Esc", QT_TRANSLATE_NOOP("shortcuts", "Nothing selected")),
    _key(
        "desk.backstep", Scope.DESK, "Shift+F9", QT_TRANSLATE_NOOP("shortcuts", "How far a pause goes back")
    ),
    _key("desk.gain_down", Scope.DESK, "Ctrl+F5", QT_TRANSLATE_NOOP("shortcuts", "A little quieter")),
    _key("desk.gain_zero", Scope.DESK, "Ctrl+F6", QT_TRANSLATE_NOOP("shortcuts", "Gain back to 0 dB")),
    _key("desk.gain_up", Scope.DESK, "Ctrl+F7", QT_TRANSLATE_NOOP("shortcuts", "A little louder")),
    _key(
        "desk.level",
        Scope.DESK,
        "Ctrl+Shift+F6",
        QT_TRANSLATE_NOOP("shortcuts", "One level for all clips, on or off"),
    ),
    _key(
        "desk.solo",
        Scope.DESK,
        "Ctrl+F9",
        QT_TRANSLATE_NOOP("shortcuts", "Hear both channels, the first, the second"),
    ),
    _key("desk.swap", Scope.DESK, "Ctrl+Shift+F9", QT_TRANSLATE_NOOP("shortcuts", "Swap left and right")),
    _key(
        "desk.mono",
        Scope.DESK,
        "Ctrl+F10",
        QT_TRANSLATE_NOOP("shortcuts", "The same on both ears, on or off"),
    ),
    _key(
        "desk.use_draft",
        Scope.DESK,
        "Ctrl+Shift+M",
        QT_TRANSLATE_NOOP("shortcuts", "Use the machine's draft"),
    ),
    _key("desk.problem", Scope.DESK, "F8", QT_TRANSLATE_NOOP("shortcuts", "To the next problem")),
    _key("desk.turn", Scope.DESK, "F9", QT_TRANSLATE_NOOP("shortcuts", "Between text and form")),
    _key("desk.flag_1", Scope.DESK, "Ctrl+Shift+1", QT_TRANSLATE_NOOP("shortcuts", "Flag: no speech")),
    _key("desk.flag_2", Scope.DESK, "Ctrl+Shift+2", QT_TRANSLATE_NOOP("shortcuts", "Flag: wrong language")),
    _key("desk.flag_3", Scope.DESK, "Ctrl+Shift+3", QT_TRANSLATE_NOOP("shortcuts", "Flag: unusable")),
    _key("desk.flag_4", Scope.DESK, "Ctrl+Shift+4", QT_TRANSLATE_NOOP("shortcuts", "Flag: personal data")),
    _key("desk.flag_5", Scope.DESK, "Ctrl+Shift+5", QT_TRANSLATE_NOOP("shortcuts", "Flag: distressing")),
    _key("desk.zoom_in", Scope.DESK, "Ctrl+=", QT_TRANSLATE_NOOP("shortcuts", "Zoom in")),
    _key("desk.zoom_out", Scope.DESK, "Ctrl+-", QT_TRANSLATE_NOOP("shortcuts", "Zoom out")),
    _key("desk.zoom_whole", Scope.DESK, "Ctrl+0", QT_TRANSLATE_NOOP("shortcuts", "Whole clip in view")),
    _key("desk.pan_left", Scope.DESK, "Alt+PgUp", QT_TRANSLATE_NOOP("shortcuts", "Picture to the left")),
    _key("desk.pan_right", Scope.DESK, "Alt+PgDown", QT_TRANSLATE_NOOP("shortcuts", "Picture to the right")),
    _key(
        "desk.centred",
        Scope.DESK,
        "Ctrl+Shift+F11",
        QT_TRANSLATE_NOOP("shortcuts", "Cursor or picture: what moves"),
    ),
    _key(
        "desk.ruler_unit",
        Scope.DESK,
        "Ctrl+Shift+F12",
        QT_TRANSLATE_NOOP("shortcuts", "Ruler: time or samples"),
    ),
    _key("desk.spectrogram", Scope.DESK, "F10", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram on or off")),
    _key("desk.band", Scope.DESK, "F11", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: wide or narrow band")),
    _key("desk.ceiling", Scope.DESK, "F12", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: to 8 kHz or all")),
    _key(
        "desk.less_range",
        Scope.DESK,
        "Ctrl+F11",
        QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: loud sounds only"),
    ),
    _key(
        "desk.more_range",
        Scope.DESK,
        "Ctrl+F12",
        QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: fainter sounds too"),
    ),
    _key("mine.refresh", Scope.MINE, "F5", QT_TRANSLATE_NOOP("shortcuts", "Look again")),
    # Spot check
    _key("qa.draw", Scope.QA, "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "Draw and take the next check")),
    _key("qa.hand_in", Scope.QA, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Hand in my version")),
    _key("qa.accept", Scope.QA, "Ctrl+Shift+A", QT_TRANSLATE_NOOP("shortcuts", "Accept")),
    _key("qa.return", Scope.QA, "Ctrl+Shift+R", QT_TRANSLATE_NOOP("shortcuts", "Return with a comment")),
    _key("qa.play", Scope.QA, "Ctrl+Space; F4", QT_TRANSLATE_NOOP("shortcuts", "Play or pause")),
    _key("qa.back", Scope.QA, "F2", QT_TRANSLATE_NOOP("shortcuts", "Back a step")),
    _key("qa.forward", Scope.QA, "F3", QT_TRANSLATE_NOOP("shortcuts", "Forward a step")),
    _key("qa.start", Scope.QA, "Shift+F2", QT_TRANSLATE_NOOP("shortcuts", "To the beginning")),
    _key("qa.again", Scope.QA, "Shift+F4", QT_TRANSLATE_NOOP("shortcuts", "A step back again, slower")),
    _key(
        "qa.previous_segment",
        Scope.QA,
        "Ctrl+F2",
        QT_TRANSLATE_NOOP("shortcuts", "To the segment before"),
    ),
    _key("qa.next_segment", Scope.QA, "Ctrl+F3", QT_TRANSLATE_NOOP("shortcuts", "To the next segment")),
    _key(
        "qa.next_unheard",
        Scope.QA,
        "Ctrl+F8",
        QT_TRANSLATE_NOOP("shortcuts", "To speech you have not heard yet"),
    ),
    _key("qa.slower", Scope.QA, "F5", QT_TRANSLATE_NOOP("shortcuts", "Slower")),
    _key("qa.normal_speed", Scope.QA, "F6", QT_TRANSLATE_NOOP("shortcuts", "Normal speed")),
    _key("qa.faster", Scope.QA, "F7", QT_TRANSLATE_NOOP("shortcuts", "Faster")),
    _key("qa.loop", Scope.QA, "Shift+F3", QT_TRANSLATE_NOOP("shortcuts", "Loop on or off")),
    _key(
        "qa.in_edge", Scope.QA, "Shift+F5", QT_TRANSLATE_NOOP("shortcuts", "Hear where the selection begins")
    ),
    _key(
        "qa.out_edge", Scope.QA, "Shift+F6", QT_TRANSLATE_NOOP("shortcuts", "Hear where the selection ends")
    ),
    _key("qa.select_from", Scope.QA, "Shift+F7", QT_TRANSLATE_NOOP("shortcuts", "The selection begins here")),
    _key("qa.select_to", Scope.QA, "Shift+F8", QT_TRANSLATE_NOOP("shortcuts", "The selection ends here")),
    _key("qa.select_none", Scope.QA, "Esc", QT_TRANSLATE_NOOP("shortcuts", "Nothing selected")),
    _key("qa.backstep", Scope.QA, "Shift+F9", QT_TRANSLATE_NOOP("shortcuts", "How far a pause goes back")),
    _key("qa.gain_down", Scope.QA, "Ctrl+F5", QT_TRANSLATE_NOOP("shortcuts", "A little quieter")),
    _key("qa.gain_zero", Scope.QA, "Ctrl+F6", QT_TRANSLATE_NOOP("shortcuts", "Gain back to 0 dB")),
    _key("qa.gain_up", Scope.QA, "Ctrl+F7", QT_TRANSLATE_NOOP("shortcuts", "A little louder")),
    _key(
        "qa.level",
        Scope.QA,
        "Ctrl+Shift+F6",
        QT_TRANSLATE_NOOP("shortcuts", "One level for all clips, on or off"),
    ),
    _key(
        "qa.solo",
        Scope.QA,
        "Ctrl+F9",
        QT_TRANSLATE_NOOP("shortcuts", "Hear both channels, the first, the second"),
    ),
    _key("qa.swap", Scope.QA, "Ctrl+Shift+F9", QT_TRANSLATE_NOOP("shortcuts", "Swap left and right")),
    _key("qa.mono", Scope.QA, "Ctrl+F10", QT_TRANSLATE_NOOP("shortcuts", "The same on both ears, on or off")),
    _key("qa.problem", Scope.QA, "F8", QT_TRANSLATE_NOOP("shortcuts", "To the next problem")),
    _key("qa.zoom_in", Scope.QA, "Ctrl+=", QT_TRANSLATE_NOOP("shortcuts", "Zoom in")),
    _key("qa.zoom_out", Scope.QA, "Ctrl+-", QT_TRANSLATE_NOOP("shortcuts", "Zoom out")),
    _key("qa.zoom_whole", Scope.QA, "Ctrl+0", QT_TRANSLATE_NOOP("shortcuts", "Whole clip in view")),
    _key("qa.pan_left", Scope.QA, "Alt+PgUp", QT_TRANSLATE_NOOP("shortcuts", "Picture to the left")),
    _key("qa.pan_right", Scope.QA, "Alt+PgDown", QT_TRANSLATE_NOOP("shortcuts", "Picture to the right")),
    _key(
        "qa.centred",
        Scope.QA,
        "Ctrl+Shift+F11",
        QT_TRANSLATE_NOOP("shortcuts", "Cursor or picture: what moves"),
    ),
    _key(
        "qa.ruler_unit", Scope.QA, "Ctrl+Shift+F12", QT_TRANSLATE_NOOP("shortcuts", "Ruler: time or samples")
    ),
    _key("qa.spectrogram", Scope.QA, "F10", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram on or off")),
    _key("qa.band", Scope.QA, "F11", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: wide or narrow band")),
    _key("qa.ceiling", Scope.QA, "F12", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: to 8 kHz or all")),
    _key(
        "qa.less_range",
        Scope.QA,
        "Ctrl+F11",
        QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: loud sounds only"),
    ),
    _key(
        "qa.more_range",
        Scope.QA,
        "Ctrl+F12",
        QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: fainter sounds too"),
    ),
    # The lead
    _key("overview.refresh", Scope.OVERVIEW, "F5", QT_TRANSLATE_NOOP("shortcuts", "Look again")),
    _key(
        "overview.release", Scope.OVERVIEW, "Ctrl+Shift+R", QT_TRANSLATE_NOOP("shortcuts", "Release a clip")
    ),
    _key("people.add", Scope.PEOPLE, "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "Add a person")),
    _key("people.copy", Scope.PEOPLE, "Ctrl+Shift+C", QT_TRANSLATE_NOOP("shortcuts", "Copy the code")),
    _key("people.revoke", Scope.PEOPLE, "Ctrl+Shift+X", QT_TRANSLATE_NOOP("shortcuts", "Revoke a person")),
    _key("import.choose", Scope.IMPORT, "Ctrl+O", QT_TRANSLATE_NOOP("shortcuts", "Choose a manifest")),
    _key("import.run", Scope.IMPORT, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Import")),
    _key("import.cancel", Scope.IMPORT, "Ctrl+.", QT_TRANSLATE_NOOP("shortcuts", "Stop the import")),
    _key("export.choose", Scope.EXPORT, "Ctrl+O", QT_TRANSLATE_NOOP("shortcuts", "Choose a folder")),
    _key("export.run", Scope.EXPORT, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Export")),
    _key("log.refresh", Scope.LOG, "F5", QT_TRANSLATE_NOOP("shortcuts", "Read the newest rows")),
    _key("log.verify", Scope.LOG, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Verify the log")),
    _key("log.checkpoint", Scope.LOG, "Ctrl+S", QT_TRANSLATE_NOOP("shortcuts", "Save a checkpoint")),
)
_BINDINGS = Bindings(TABLE)
key = _BINDINGS.key
keys_in = _BINDINGS.keys_in
bind = _BINDINGS.bind
rebind = _BINDINGS.rebind
tip = _BINDINGS.tip
