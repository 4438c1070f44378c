"""Keymaps in TOML files: presets, and exported keymaps."""

from collections.abc import Mapping
from pathlib import Path

from reviewer.errors import Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.model.toml_table import TomlTable
from reviewer.places import resource
from reviewer.ui.keymap.actions import ACTIONS, action, sections
from reviewer.ui.keymap.key_rules import reason_not_allowed, to_native_text, to_portable_text
from reviewer.ui.keymap.keymap import Keymap, Keys, Preset, conflicts_in

DEFAULT_PRESET = "reviewer"
PRESETS = (DEFAULT_PRESET, "express-scribe", "elan", "label-studio")
"""Names of the files in ``resources/keys``, in the order in which they are offered."""
_MOST_BYTES = 65_536
_TITLE = "title"
_PRESET = "preset"


def default_preset() -> Preset:
    """The keys of the shortcut table."""
    return Preset(DEFAULT_PRESET, "Reviewer", {its.id: its.defaults for its in ACTIONS})


def preset(name: str) -> Preset:
    """A preset by its name; actions that its file leaves out keep the table's keys.

    Raises: Refused when there is no such preset, or its file is invalid.
    """
    if name not in PRESETS:
        raise Refused("PRESET_UNKNOWN", preset=name, known=", ".join(PRESETS))
    table = TomlTable.read(resource("keys", f"{name}.toml"))
    table.closed([_TITLE, *sections()])
    made = Preset(name, table.text(_TITLE), {**default_preset().keys, **_keys(table)})
    for action_id, keys in made.keys.items():
        its = action(action_id)
        if its.is_fixed and keys != its.defaults:
            raise table.refuse("KEYMAP_FIXED_ACTION", action=action_id)
        for key in set(keys) - set(its.defaults):
            if reason := reason_not_allowed(key):
                raise table.refuse("KEYMAP_REFUSED", reason=reason)
    for key, one, other in conflicts_in(Keymap(made)):
        raise table.refuse("KEYMAP_CONFLICT", key=to_native_text(key), first=one.id, second=other.id)
    return made


def read_keymap(path: Path) -> Keymap:
    """Reads a keymap that ``write_keymap`` wrote, or that somebody typed.

    Raises: Refused: the file is invalid, names an unknown action, or holds conflicting keys.
    """
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise Refused("KEYMAP_TOO_LARGE", file=path.name)
    table = TomlTable.read(path)
    table.closed([_PRESET, *sections()])
    base = Keymap(preset(table.one_of(_PRESET, PRESETS, DEFAULT_PRESET)))
    try:
        made = base.with_custom_keys(_keys(table))
    except Refused as error:
        raise table.refuse("KEYMAP_REFUSED", reason=error.notice) from error
    for displaced in made.displaced_actions():
        raise table.refuse("KEYMAP_DISPLACED_ACTION", action=displaced.id)
    return made


def write_keymap(path: Path, keymap: Keymap) -> None:
    """Writes a keymap to a file; raises Unavailable when it cannot be written."""
    try:
        write_atomically(path, to_toml(keymap).encode(), mode=0o666)
    except OSError as error:
        raise Unavailable("KEYMAP_NOT_WRITTEN", file=path.name) from error


def to_toml(keymap: Keymap) -> str:
    """A keymap as TOML."""
    lines = [
        "# Keymap of Reviewer: a preset, and the changes to it.",
        f"preset = {_quoted(keymap.preset.id)}",
    ]
    changed = {its.id: keymap.keys(its.id) for its in ACTIONS if its.id in keymap.custom}
    changed |= {its.id: keymap.keys(its.id) for its in keymap.displaced_actions()}
    for section in sections():
        its_own = {name: keys for name, keys in changed.items() if name.partition(".")[0] == section}
        if its_own:
            lines += ["", f"[{section}]"]
            lines += [f"{name.partition('.')[2]} = [{_list(keys)}]" for name, keys in its_own.items()]
    return "\n".join(lines) + "\n"


def _keys(table: TomlTable) -> Mapping[str, Keys]:
    """The keys of every action in a file."""
    found: dict[str, Keys] = {}
    for section in sections():
        rows = table.table(section)
        for name in rows.keys:
            keys = rows.texts(name)
            try:
                found[action(f"{section}.{name}").id] = tuple(to_portable_text(key) for key in keys)
            except Refused as error:
                raise rows.refuse("KEYMAP_REFUSED", reason=error.notice) from error
    return found


def _list(keys: Keys) -> str:
    return ", ".join(map(_quoted, keys))


def _quoted(text: str) -> str:
    """A TOML basic string; keys hold no other character that needs escaping."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
