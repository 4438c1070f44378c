"""Every keyboard shortcut of the program, in one table."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from reviewer.ui.keymap.shortcut import Scope, Shortcut, ShortcutTable


def _key(shortcut_id: str, scope: Scope, keys: str, does: object) -> Shortcut:
    return Shortcut(shortcut_id, scope, keys, str(does))


_LISTENING: tuple[tuple[str, str, object], ...] = (
    ("play", "Ctrl+Space; F4", QT_TRANSLATE_NOOP("shortcuts", "Play or pause")),
    ("back", "F2", QT_TRANSLATE_NOOP("shortcuts", "Skip back")),
    ("forward", "F3", QT_TRANSLATE_NOOP("shortcuts", "Skip forward")),
    ("start", "Shift+F2", QT_TRANSLATE_NOOP("shortcuts", "Go to the beginning")),
    ("again", "Shift+F4", QT_TRANSLATE_NOOP("shortcuts", "Skip back and replay slowly")),
    ("previous_segment", "Ctrl+F2", QT_TRANSLATE_NOOP("shortcuts", "Previous segment")),
    ("next_segment", "Ctrl+F3", QT_TRANSLATE_NOOP("shortcuts", "Next segment")),
    ("next_unheard", "Ctrl+F8", QT_TRANSLATE_NOOP("shortcuts", "Next unheard speech")),
    ("slower", "F5", QT_TRANSLATE_NOOP("shortcuts", "Slower")),
    ("normal_speed", "F6", QT_TRANSLATE_NOOP("shortcuts", "Normal speed")),
    ("faster", "F7", QT_TRANSLATE_NOOP("shortcuts", "Faster")),
    ("loop", "Shift+F3", QT_TRANSLATE_NOOP("shortcuts", "Loop on or off")),
    ("in_edge", "Shift+F5", QT_TRANSLATE_NOOP("shortcuts", "Play around the selection's start")),
    ("out_edge", "Shift+F6", QT_TRANSLATE_NOOP("shortcuts", "Play around the selection's end")),
    ("select_from", "Shift+F7", QT_TRANSLATE_NOOP("shortcuts", "Start the selection here")),
    ("select_to", "Shift+F8", QT_TRANSLATE_NOOP("shortcuts", "End the selection here")),
    ("select_none", "Esc", QT_TRANSLATE_NOOP("shortcuts", "Clear the selection")),
    ("backstep", "Shift+F9", QT_TRANSLATE_NOOP("shortcuts", "Change the rewind on pause")),
    ("gain_down", "Ctrl+F5", QT_TRANSLATE_NOOP("shortcuts", "Quieter")),
    ("gain_zero", "Ctrl+F6", QT_TRANSLATE_NOOP("shortcuts", "Reset the gain to 0 dB")),
    ("gain_up", "Ctrl+F7", QT_TRANSLATE_NOOP("shortcuts", "Louder")),
    ("level", "Ctrl+Shift+F6", QT_TRANSLATE_NOOP("shortcuts", "Loudness matching on or off")),
    ("solo", "Ctrl+F9", QT_TRANSLATE_NOOP("shortcuts", "Play both channels, the first, the second")),
    ("swap", "Ctrl+Shift+F9", QT_TRANSLATE_NOOP("shortcuts", "Swap left and right")),
    ("mono", "Ctrl+F10", QT_TRANSLATE_NOOP("shortcuts", "Mono on or off")),
    ("problem", "F8", QT_TRANSLATE_NOOP("shortcuts", "Next problem or difference")),
    ("fix_problem", "Ctrl+.", QT_TRANSLATE_NOOP("shortcuts", "Apply the suggested correction")),
    (
        "tag_personal_data",
        "Ctrl+Shift+Y",
        QT_TRANSLATE_NOOP("shortcuts", "Put tags in place of the personal data found"),
    ),
    ("mark", "Ctrl+M", QT_TRANSLATE_NOOP("shortcuts", "Mark a segment border at the playhead")),
    ("segment_start", "Alt+Home", QT_TRANSLATE_NOOP("shortcuts", "Start the segment at the playhead")),
    ("segment_end", "Alt+End", QT_TRANSLATE_NOOP("shortcuts", "End the segment at the playhead")),
    ("split", "Ctrl+B", QT_TRANSLATE_NOOP("shortcuts", "Split at the text cursor and the playhead")),
    ("split_at_playhead", "Ctrl+Shift+X", QT_TRANSLATE_NOOP("shortcuts", "Split at the playhead")),
    ("join", "Ctrl+J", QT_TRANSLATE_NOOP("shortcuts", "Join with the speaker's next segment")),
    ("extend", "Ctrl+Shift+E", QT_TRANSLATE_NOOP("shortcuts", "Extend from the previous segment")),
    ("add_segment", "Ctrl+G", QT_TRANSLATE_NOOP("shortcuts", "New segment over the selection")),
    ("delete_segment", "Alt+Del", QT_TRANSLATE_NOOP("shortcuts", "Delete the segment")),
    ("propose", "Ctrl+Shift+P", QT_TRANSLATE_NOOP("shortcuts", "Propose segments where speech was found")),
    ("next_row", "Alt+Down", QT_TRANSLATE_NOOP("shortcuts", "Edit the next segment")),
    ("previous_row", "Alt+Up", QT_TRANSLATE_NOOP("shortcuts", "Edit the previous segment")),
    ("play_segment", "Ctrl+Shift+Space", QT_TRANSLATE_NOOP("shortcuts", "Play the segment")),
    ("seek_to_cursor", "Ctrl+D", QT_TRANSLATE_NOOP("shortcuts", "Move the playhead to the text cursor")),
    ("cursor_to_playhead", "Ctrl+K", QT_TRANSLATE_NOOP("shortcuts", "Move the text cursor to the playhead")),
    ("rename_speaker", "Ctrl+R", QT_TRANSLATE_NOOP("shortcuts", "Rename or merge the speaker")),
    ("speaker_1", "Ctrl+1", QT_TRANSLATE_NOOP("shortcuts", "Speaker 1")),
    ("speaker_2", "Ctrl+2", QT_TRANSLATE_NOOP("shortcuts", "Speaker 2")),
    ("speaker_3", "Ctrl+3", QT_TRANSLATE_NOOP("shortcuts", "Speaker 3")),
    ("speaker_4", "Ctrl+4", QT_TRANSLATE_NOOP("shortcuts", "Speaker 4")),
    ("speaker_5", "Ctrl+5", QT_TRANSLATE_NOOP("shortcuts", "Speaker 5")),
    ("speaker_6", "Ctrl+6", QT_TRANSLATE_NOOP("shortcuts", "Speaker 6")),
    ("speaker_7", "Ctrl+7", QT_TRANSLATE_NOOP("shortcuts", "Speaker 7")),
    ("speaker_8", "Ctrl+8", QT_TRANSLATE_NOOP("shortcuts", "Speaker 8")),
    ("speaker_9", "Ctrl+9", QT_TRANSLATE_NOOP("shortcuts", "Speaker 9")),
    ("paste_as_it_is", "Ctrl+Shift+V", QT_TRANSLATE_NOOP("shortcuts", "Paste without cleaning")),
    ("find", "Ctrl+F", QT_TRANSLATE_NOOP("shortcuts", "Find in the text")),
    ("replace", "Ctrl+H", QT_TRANSLATE_NOOP("shortcuts", "Find and replace in the text")),
    ("add_word", "Ctrl+Shift+W", QT_TRANSLATE_NOOP("shortcuts", "Add the word to my words")),
    ("snippet_1", "Alt+Shift+1", QT_TRANSLATE_NOOP("shortcuts", "Snippet 1")),
    ("snippet_2", "Alt+Shift+2", QT_TRANSLATE_NOOP("shortcuts", "Snippet 2")),
    ("snippet_3", "Alt+Shift+3", QT_TRANSLATE_NOOP("shortcuts", "Snippet 3")),
    ("snippet_4", "Alt+Shift+4", QT_TRANSLATE_NOOP("shortcuts", "Snippet 4")),
    ("snippet_5", "Alt+Shift+5", QT_TRANSLATE_NOOP("shortcuts", "Snippet 5")),
    ("snippet_6", "Alt+Shift+6", QT_TRANSLATE_NOOP("shortcuts", "Snippet 6")),
    ("snippet_7", "Alt+Shift+7", QT_TRANSLATE_NOOP("shortcuts", "Snippet 7")),
    ("snippet_8", "Alt+Shift+8", QT_TRANSLATE_NOOP("shortcuts", "Snippet 8")),
    ("snippet_9", "Alt+Shift+9", QT_TRANSLATE_NOOP("shortcuts", "Snippet 9")),
    ("focus_form", "F9", QT_TRANSLATE_NOOP("shortcuts", "Switch between text and form")),
    ("text_larger", "Ctrl+Shift+=", QT_TRANSLATE_NOOP("shortcuts", "Larger text")),
    ("text_smaller", "Ctrl+Shift+-", QT_TRANSLATE_NOOP("shortcuts", "Smaller text")),
    ("more_text", "Ctrl+Shift+PgUp", QT_TRANSLATE_NOOP("shortcuts", "More room for the text")),
    ("more_wave", "Ctrl+Shift+PgDown", QT_TRANSLATE_NOOP("shortcuts", "More room for the waveform")),
    ("fold_tags", "Ctrl+Shift+G", QT_TRANSLATE_NOOP("shortcuts", "Show or hide the tags")),
    ("fold_draft", "Ctrl+Shift+D", QT_TRANSLATE_NOOP("shortcuts", "Show or hide the draft")),
    ("flag_1", "Ctrl+Shift+1", QT_TRANSLATE_NOOP("shortcuts", "Flag: no speech")),
    ("flag_2", "Ctrl+Shift+2", QT_TRANSLATE_NOOP("shortcuts", "Flag: wrong language")),
    ("flag_3", "Ctrl+Shift+3", QT_TRANSLATE_NOOP("shortcuts", "Flag: unusable")),
    ("flag_4", "Ctrl+Shift+4", QT_TRANSLATE_NOOP("shortcuts", "Flag: personal data")),
    ("mark_personal_data", "Ctrl+Shift+O", QT_TRANSLATE_NOOP("shortcuts", "Mute selected personal data")),
    ("flag_5", "Ctrl+Shift+5", QT_TRANSLATE_NOOP("shortcuts", "Flag: distressing")),
    ("zoom_in", "Ctrl+=", QT_TRANSLATE_NOOP("shortcuts", "Zoom in")),
    ("zoom_out", "Ctrl+-", QT_TRANSLATE_NOOP("shortcuts", "Zoom out")),
    ("zoom_whole", "Ctrl+0", QT_TRANSLATE_NOOP("shortcuts", "Zoom to the whole clip")),
    ("pan_left", "Alt+PgUp", QT_TRANSLATE_NOOP("shortcuts", "Pan left")),
    ("pan_right", "Alt+PgDown", QT_TRANSLATE_NOOP("shortcuts", "Pan right")),
    ("centred", "Ctrl+Shift+F11", QT_TRANSLATE_NOOP("shortcuts", "Scroll the waveform or move the playhead")),
    ("ruler_unit", "Ctrl+Shift+F12", QT_TRANSLATE_NOOP("shortcuts", "Ruler: time or samples")),
    ("spectrogram", "F10", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram on or off")),
    ("band", "F11", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: wide or narrow band")),
    ("ceiling", "F12", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: up to 8 kHz or Nyquist")),
    ("less_range", "Ctrl+F11", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: less dynamic range")),
    ("more_range", "Ctrl+F12", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram: more dynamic range")),
)
"""The shortcuts that the desk and QA share: name, keys, description."""


def _listening(scope: Scope) -> tuple[Shortcut, ...]:
    return tuple(_key(f"{scope}.{name}", scope, keys, does) for name, keys, does in _LISTENING)


TABLE: tuple[Shortcut, ...] = (
    # Everywhere
    _key("window.keys", Scope.WINDOW, "F1", QT_TRANSLATE_NOOP("shortcuts", "Show the shortcuts")),
    _key("window.settings", Scope.WINDOW, "Ctrl+,", QT_TRANSLATE_NOOP("shortcuts", "Settings")),
    _key("window.lock", Scope.WINDOW, "Ctrl+Shift+L", QT_TRANSLATE_NOOP("shortcuts", "Lock")),
    _key("window.theme", Scope.WINDOW, "Ctrl+Shift+T", QT_TRANSLATE_NOOP("shortcuts", "Dark or light theme")),
    _key("window.page_1", Scope.WINDOW, "Ctrl+Shift+F1", QT_TRANSLATE_NOOP("shortcuts", "First page")),
    _key("window.page_2", Scope.WINDOW, "Ctrl+Shift+F2", QT_TRANSLATE_NOOP("shortcuts", "Second page")),
    _key("window.page_3", Scope.WINDOW, "Ctrl+Shift+F3", QT_TRANSLATE_NOOP("shortcuts", "Third page")),
    _key("window.page_4", Scope.WINDOW, "Ctrl+Shift+F4", QT_TRANSLATE_NOOP("shortcuts", "Fourth page")),
    _key("window.page_5", Scope.WINDOW, "Ctrl+Shift+F5", QT_TRANSLATE_NOOP("shortcuts", "Fifth page")),
    _key("window.page_6", Scope.WINDOW, "Ctrl+Shift+F7", QT_TRANSLATE_NOOP("shortcuts", "Sixth page")),
    _key("window.page_7", Scope.WINDOW, "Alt+F7", QT_TRANSLATE_NOOP("shortcuts", "Seventh page")),
    _key("window.page_8", Scope.WINDOW, "Alt+F8", QT_TRANSLATE_NOOP("shortcuts", "Eighth page")),
    _key("window.page_9", Scope.WINDOW, "Shift+F11", QT_TRANSLATE_NOOP("shortcuts", "Ninth page")),
    _key("window.page_10", Scope.WINDOW, "Shift+F12", QT_TRANSLATE_NOOP("shortcuts", "Tenth page")),
    # Sign-in and the agreement
    _key("sign_in.enter", Scope.SIGN_IN, "Return", QT_TRANSLATE_NOOP("shortcuts", "Sign in")),
    _key("sign_in.enrol", Scope.SIGN_IN, "Ctrl+E", QT_TRANSLATE_NOOP("shortcuts", "Use a one-time code")),
    _key(
        "sign_in.other_workspace",
        Scope.SIGN_IN,
        "Ctrl+O",
        QT_TRANSLATE_NOOP("shortcuts", "Open another workspace"),
    ),
    _key("sign_in.set", Scope.SIGN_IN, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Set my passphrase")),
    _key("sign_in.back", Scope.SIGN_IN, "Esc", QT_TRANSLATE_NOOP("shortcuts", "Back to sign-in")),
    _key(
        "sign_in.policy",
        Scope.SIGN_IN,
        "Ctrl+Shift+P",
        QT_TRANSLATE_NOOP("shortcuts", "Sign the changed files"),
    ),
    _key("nda.agree", Scope.NDA, "Ctrl+Shift+A", QT_TRANSLATE_NOOP("shortcuts", "Accept the agreement")),
    _key("nda.decline", Scope.NDA, "Ctrl+Shift+D", QT_TRANSLATE_NOOP("shortcuts", "Decline the agreement")),
    # The desk
    _key("desk.claim", Scope.DESK, "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "Take the next clip")),
    _key("desk.submit", Scope.DESK, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Submit")),
    _key("desk.skip", Scope.DESK, "Ctrl+Shift+K", QT_TRANSLATE_NOOP("shortcuts", "Skip this clip")),
    _key(
        "desk.take_back",
        Scope.DESK,
        "Ctrl+Shift+B",
        QT_TRANSLATE_NOOP("shortcuts", "Take back the last submission"),
    ),
    _key(
        "desk.versions", Scope.DESK, "Ctrl+Shift+H", QT_TRANSLATE_NOOP("shortcuts", "Versions of this clip")
    ),
    *_listening(Scope.DESK),
    _key(
        "desk.use_draft",
        Scope.DESK,
        "Ctrl+Shift+M",
        QT_TRANSLATE_NOOP("shortcuts", "Use the recogniser's text"),
    ),
    _key(
        "desk.same_labels",
        Scope.DESK,
        "Ctrl+Shift+S",
        QT_TRANSLATE_NOOP("shortcuts", "Answer like the last clip"),
    ),
    _key(
        "desk.use_draft_2",
        Scope.DESK,
        "Ctrl+Shift+7",
        QT_TRANSLATE_NOOP("shortcuts", "Use the second draft"),
    ),
    _key(
        "desk.use_draft_3", Scope.DESK, "Ctrl+Shift+8", QT_TRANSLATE_NOOP("shortcuts", "Use the third draft")
    ),
    _key(
        "desk.use_draft_4",
        Scope.DESK,
        "Ctrl+Shift+9",
        QT_TRANSLATE_NOOP("shortcuts", "Use the fourth draft"),
    ),
    _key(
        "desk.doubtful_word",
        Scope.DESK,
        "Ctrl+Shift+F8",
        QT_TRANSLATE_NOOP("shortcuts", "Next doubtful word"),
    ),
    _key("mine.refresh", Scope.MINE, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh")),
    _key(
        "mine.take_back", Scope.MINE, "Ctrl+Shift+B", QT_TRANSLATE_NOOP("shortcuts", "Take a submission back")
    ),
    # QA
    _key("qa.draw", Scope.QA, "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "Take the next review")),
    _key("qa.submit", Scope.QA, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Submit my version")),
    _key("qa.accept", Scope.QA, "Ctrl+Shift+A", QT_TRANSLATE_NOOP("shortcuts", "Accept")),
    _key("qa.return", Scope.QA, "Ctrl+Shift+R", QT_TRANSLATE_NOOP("shortcuts", "Return with a comment")),
    # Bare keys: they act only while two passes are compared, when nothing can be typed.
    _key("qa.use_a", Scope.QA, "1; A", QT_TRANSLATE_NOOP("shortcuts", "Adjudicate: the left version")),
    _key("qa.use_b", Scope.QA, "2; B", QT_TRANSLATE_NOOP("shortcuts", "Adjudicate: the right version")),
    _key("qa.edit_a", Scope.QA, "E", QT_TRANSLATE_NOOP("shortcuts", "Adjudicate: edit the left version")),
    _key(
        "qa.edit_b", Scope.QA, "Shift+E", QT_TRANSLATE_NOOP("shortcuts", "Adjudicate: edit the right version")
    ),
    _key(
        "qa.next_version",
        Scope.QA,
        "3; N",
        QT_TRANSLATE_NOOP("shortcuts", "Adjudicate: the next pair of versions"),
    ),
    _key(
        "qa.compare",
        Scope.QA,
        "Ctrl+Shift+U",
        QT_TRANSLATE_NOOP("shortcuts", "Adjudicate: back to both versions"),
    ),
    _key("qa.redact", Scope.QA, "Ctrl+Shift+I", QT_TRANSLATE_NOOP("shortcuts", "Confirm a redaction")),
    _key("qa.reject", Scope.QA, "Ctrl+Shift+N", QT_TRANSLATE_NOOP("shortcuts", "Reject a redaction")),
    _key("qa.hear_muted", Scope.QA, "Ctrl+Shift+H", QT_TRANSLATE_NOOP("shortcuts", "Hear a muted part")),
    *_listening(Scope.QA),
    _key(
        "qa.previous_difference",
        Scope.QA,
        "Ctrl+Shift+F8",
        QT_TRANSLATE_NOOP("shortcuts", "Previous difference"),
    ),
    # The lead
    _key(
        "overview.activity",
        Scope.OVERVIEW,
        "Ctrl+Shift+A",
        QT_TRANSLATE_NOOP("shortcuts", "What people opened and skipped"),
    ),
    _key(
        "overview.policy",
        Scope.OVERVIEW,
        "Ctrl+Shift+E",
        QT_TRANSLATE_NOOP("shortcuts", "Edit the label form and the conventions"),
    ),
    _key(
        "overview.late", Scope.OVERVIEW, "Ctrl+Shift+D", QT_TRANSLATE_NOOP("shortcuts", "Open a late draft")
    ),
    _key("overview.refresh", Scope.OVERVIEW, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh")),
    _key(
        "overview.release", Scope.OVERVIEW, "Ctrl+Shift+R", QT_TRANSLATE_NOOP("shortcuts", "Release a clip")
    ),
    _key("progress.refresh", Scope.PROGRESS, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh")),
    _key(
        "progress.sort",
        Scope.PROGRESS,
        "Ctrl+Shift+S",
        QT_TRANSLATE_NOOP("shortcuts", "Sort by the next column"),
    ),
    _key(
        "progress.reverse",
        Scope.PROGRESS,
        "Ctrl+Shift+B",
        QT_TRANSLATE_NOOP("shortcuts", "Reverse the order"),
    ),
    _key(
        "progress.csv",
        Scope.PROGRESS,
        "Ctrl+Shift+C",
        QT_TRANSLATE_NOOP("shortcuts", "Save the table as CSV"),
    ),
    _key(
        "progress.open",
        Scope.PROGRESS,
        "Ctrl+Return",
        QT_TRANSLATE_NOOP("shortcuts", "Show the clip, or the clips of the group, under Clips"),
    ),
    _key(
        "progress.by",
        Scope.PROGRESS,
        "Ctrl+Shift+G",
        QT_TRANSLATE_NOOP("shortcuts", "Group clips by the next kind"),
    ),
    _key("corpus.compute", Scope.CORPUS, "F5", QT_TRANSLATE_NOOP("shortcuts", "Compute the statistics")),
    _key("corpus.cancel", Scope.CORPUS, "Ctrl+.", QT_TRANSLATE_NOOP("shortcuts", "Stop")),
    _key("corpus.find", Scope.CORPUS, "Ctrl+F", QT_TRANSLATE_NOOP("shortcuts", "Search in the texts")),
    _key("corpus.show", Scope.CORPUS, "Ctrl+Shift+G", QT_TRANSLATE_NOOP("shortcuts", "Words or characters")),
    _key(
        "corpus.sort", Scope.CORPUS, "Ctrl+Shift+S", QT_TRANSLATE_NOOP("shortcuts", "Sort by the next column")
    ),
    _key("corpus.reverse", Scope.CORPUS, "Ctrl+Shift+B", QT_TRANSLATE_NOOP("shortcuts", "Reverse the order")),
    _key("corpus.csv", Scope.CORPUS, "Ctrl+Shift+C", QT_TRANSLATE_NOOP("shortcuts", "Save the table as CSV")),
    _key(
        "corpus.open",
        Scope.CORPUS,
        "Ctrl+Return",
        QT_TRANSLATE_NOOP("shortcuts", "Show the clip under Clips"),
    ),
    _key("clips.refresh", Scope.CLIPS, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh")),
    _key("clips.find", Scope.CLIPS, "Ctrl+F", QT_TRANSLATE_NOOP("shortcuts", "Find a clip by its id")),
    _key("clips.open", Scope.CLIPS, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Listen to the clip")),
    _key("clips.play", Scope.CLIPS, "Ctrl+Space", QT_TRANSLATE_NOOP("shortcuts", "Play or stop")),
    _key(
        "clips.assign",
        Scope.CLIPS,
        "Ctrl+Shift+G",
        QT_TRANSLATE_NOOP("shortcuts", "Assign the clip to somebody"),
    ),
    _key("clips.hold", Scope.CLIPS, "Ctrl+Shift+H", QT_TRANSLATE_NOOP("shortcuts", "Put the clip on hold")),
    _key("clips.release", Scope.CLIPS, "Ctrl+Shift+R", QT_TRANSLATE_NOOP("shortcuts", "Release the clip")),
    _key(
        "clips.route", Scope.CLIPS, "Ctrl+Shift+U", QT_TRANSLATE_NOOP("shortcuts", "Set skill and priority")
    ),
    _key(
        "clips.sort", Scope.CLIPS, "Ctrl+Shift+S", QT_TRANSLATE_NOOP("shortcuts", "Sort by the next column")
    ),
    _key("clips.reverse", Scope.CLIPS, "Ctrl+Shift+B", QT_TRANSLATE_NOOP("shortcuts", "Reverse the order")),
    _key("clips.save_filter", Scope.CLIPS, "Ctrl+S", QT_TRANSLATE_NOOP("shortcuts", "Save the filter")),
    _key(
        "clips.remove_filter",
        Scope.CLIPS,
        "Ctrl+Shift+X",
        QT_TRANSLATE_NOOP("shortcuts", "Remove the saved filter"),
    ),
    _key(
        "clips.clear_filter", Scope.CLIPS, "Ctrl+Shift+E", QT_TRANSLATE_NOOP("shortcuts", "Clear the filter")
    ),
    _key("clips.csv", Scope.CLIPS, "Ctrl+Shift+C", QT_TRANSLATE_NOOP("shortcuts", "Save the list as CSV")),
    _key("people.add", Scope.PEOPLE, "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "Add a person")),
    _key(
        "people.code", Scope.PEOPLE, "Ctrl+Shift+N", QT_TRANSLATE_NOOP("shortcuts", "New code for a person")
    ),
    _key(
        "people.invite",
        Scope.PEOPLE,
        "Ctrl+Shift+I",
        QT_TRANSLATE_NOOP("shortcuts", "Invite to a machine of their own"),
    ),
    _key("people.admit", Scope.PEOPLE, "Ctrl+Shift+J", QT_TRANSLATE_NOOP("shortcuts", "Admit an answer")),
    _key("people.copy", Scope.PEOPLE, "Ctrl+Shift+C", QT_TRANSLATE_NOOP("shortcuts", "Copy the code")),
    _key("people.languages", Scope.PEOPLE, "Ctrl+Shift+G", QT_TRANSLATE_NOOP("shortcuts", "Set languages")),
    _key("people.skills", Scope.PEOPLE, "Ctrl+Shift+S", QT_TRANSLATE_NOOP("shortcuts", "Set skills")),
    _key("people.register", Scope.PEOPLE, "Ctrl+Shift+A", QT_TRANSLATE_NOOP("shortcuts", "See agreements")),
    _key("people.revoke", Scope.PEOPLE, "Ctrl+Shift+X", QT_TRANSLATE_NOOP("shortcuts", "Revoke a person")),
    _key("import.choose", Scope.IMPORT, "Ctrl+O", QT_TRANSLATE_NOOP("shortcuts", "Choose a manifest")),
    _key(
        "import.choose_mapping",
        Scope.IMPORT,
        "Ctrl+Shift+O",
        QT_TRANSLATE_NOOP("shortcuts", "Choose a mapping file"),
    ),
    _key("import.run", Scope.IMPORT, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Import")),
    _key("import.check", Scope.IMPORT, "Ctrl+Shift+K", QT_TRANSLATE_NOOP("shortcuts", "Check the manifest")),
    _key("import.find", Scope.IMPORT, "Ctrl+F", QT_TRANSLATE_NOOP("shortcuts", "Find lines of the report")),
    _key(
        "import.sort", Scope.IMPORT, "Ctrl+Shift+S", QT_TRANSLATE_NOOP("shortcuts", "Sort by the next column")
    ),
    _key("import.reverse", Scope.IMPORT, "Ctrl+Shift+B", QT_TRANSLATE_NOOP("shortcuts", "Reverse the order")),
    _key("import.csv", Scope.IMPORT, "Ctrl+S", QT_TRANSLATE_NOOP("shortcuts", "Save the report as CSV")),
    _key("import.refresh", Scope.IMPORT, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh the past imports")),
    _key("import.cancel", Scope.IMPORT, "Ctrl+.", QT_TRANSLATE_NOOP("shortcuts", "Stop the import")),
    _key("export.choose", Scope.EXPORT, "Ctrl+O", QT_TRANSLATE_NOOP("shortcuts", "Choose a folder")),
    _key("export.run", Scope.EXPORT, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Export")),
    _key("export.preview", Scope.EXPORT, "Ctrl+P", QT_TRANSLATE_NOOP("shortcuts", "Preview of the set")),
    _key("export.cancel", Scope.EXPORT, "Ctrl+.", QT_TRANSLATE_NOOP("shortcuts", "Cancel the export")),
    _key("log.refresh", Scope.LOG, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh: read the newest rows")),
    _key("log.verify", Scope.LOG, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Verify the log")),
    _key("held.refresh", Scope.HELD, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh")),
    _key("held.open", Scope.HELD, "Ctrl+Return", QT_TRANSLATE_NOOP("shortcuts", "Open the clip")),
    _key("held.play", Scope.HELD, "Ctrl+Space", QT_TRANSLATE_NOOP("shortcuts", "Play or stop")),
    _key("held.redact", Scope.HELD, "Ctrl+Shift+I", QT_TRANSLATE_NOOP("shortcuts", "Remove the sound")),
    _key("held.reject", Scope.HELD, "Ctrl+Shift+N", QT_TRANSLATE_NOOP("shortcuts", "Reject a redaction")),
    _key("held.hear", Scope.HELD, "Ctrl+Shift+H", QT_TRANSLATE_NOOP("shortcuts", "Hear the muted part")),
    _key("held.release", Scope.HELD, "Ctrl+Shift+R", QT_TRANSLATE_NOOP("shortcuts", "Release")),
    _key("held.drop", Scope.HELD, "Ctrl+Shift+D", QT_TRANSLATE_NOOP("shortcuts", "Remove the drafts")),
    _key("held.reassign", Scope.HELD, "Ctrl+Shift+G", QT_TRANSLATE_NOOP("shortcuts", "Hand to somebody")),
    _key("held.purge", Scope.HELD, "Ctrl+Shift+X", QT_TRANSLATE_NOOP("shortcuts", "Purge the clip")),
    _key("log.checkpoint", Scope.LOG, "Ctrl+S", QT_TRANSLATE_NOOP("shortcuts", "Save a checkpoint")),
    _key("retention.refresh", Scope.RETENTION, "F5", QT_TRANSLATE_NOOP("shortcuts", "Refresh")),
    _key(
        "retention.choose",
        Scope.RETENTION,
        "Ctrl+O",
        QT_TRANSLATE_NOOP("shortcuts", "Choose a list of withdrawals"),
    ),
    _key(
        "retention.purge",
        Scope.RETENTION,
        "Ctrl+Shift+X",
        QT_TRANSLATE_NOOP("shortcuts", "Purge what is due"),
    ),
    _key(
        "retention.extend",
        Scope.RETENTION,
        "Ctrl+Return",
        QT_TRANSLATE_NOOP("shortcuts", "Keep the selected clips for longer"),
    ),
)
_SHORTCUTS = ShortcutTable(TABLE)
shortcut = _SHORTCUTS.shortcut
shortcuts_in = _SHORTCUTS.shortcuts_in
bind_shortcut = _SHORTCUTS.bind
rebind_shortcuts = _SHORTCUTS.rebind
tooltip_with_keys = _SHORTCUTS.tooltip
