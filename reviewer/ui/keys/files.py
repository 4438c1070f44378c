"""Keys in TOML: our presets, and a person's own changes taken to another machine."""

from collections.abc import Mapping
from pathlib import Path

from reviewer.errors import Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.messages import window_catalogue, words_for
from reviewer.model.toml_table import TomlTable
from reviewer.places import resource
from reviewer.ui.keys.actions import ACTIONS, action, places
from reviewer.ui.keys.keymap import Keymap, Keys, Preset, clashes_of
from reviewer.ui.keys.rules import portable, shown, why_not

OURS = "reviewer"
PRESETS = (OURS, "express-scribe", "elan", "label-studio")
"""Names of the files in ``resources/keys``, in the order in which they are offered."""
_MOST_BYTES = 65_536
_HINT = "Correct the file; nothing of it was used."
_TITLE = "title"
_PRESET = "preset"


def our_preset() -> Preset:
    """The keys of the table."""
    return Preset(OURS, "Reviewer", {its.id: its.defaults for its in ACTIONS})


def preset(name: str) -> Preset:
    """A preset by its name; what its file does not say is as in the table.

    Raises: Refused when there is no such preset, or its file does not hold together.
    """
    if name not in PRESETS:
        raise Refused(f"There is no preset {name}.", f"There are {', '.join(PRESETS)}.")
    table = TomlTable.read(resource("keys", f"{name}.toml"))
    table.closed([_TITLE, *places()])
    made = Preset(name, table.text(_TITLE), {**our_preset().keys, **_keys(table)})
    for action_id, keys in made.keys.items():
        its = action(action_id)
        if its.is_fixed and keys != its.defaults:
            raise table.refuse(f"the keys of {action_id} are fixed.")
        for key in set(keys) - set(its.defaults):
            if why_not(key):
                raise table.refuse(f"{action_id}: {why_not(key)}")
    for key, one, other in clashes_of(Keymap(made)):
        raise table.refuse(f"{shown(key)} is both {one.id} and {other.id}.")
    return made


def read_keymap(path: Path) -> Keymap:
    """Preset and own changes from a file that ``written`` made, or that somebody typed.

    Raises: Refused, with a sentence, for what is broken, unknown, or clashes; nothing of it is used then.
    """
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise Refused(
            f"{path.name} is too large to be a file of keys.", "Choose a file that was exported here."
        )
    table = TomlTable.read(path)
    table.closed([_PRESET, *places()])
    base = Keymap(preset(table.one_of(_PRESET, PRESETS, OURS)))
    try:
        made = base.with_own(_keys(table))
    except Refused as error:
        raise Refused(f"{path.name}: {words_for(error, window_catalogue()).sentence}", _HINT) from error
    for loser in made.losers():
        raise table.refuse(f"a key of {loser.id} goes to something else, and {loser.id} has no line.")
    return made


def write_keymap(path: Path, keymap: Keymap) -> None:
    """Writes what ``read_keymap`` reads back to the same; raises Unavailable when it cannot be written."""
    try:
        write_atomically(path, written(keymap).encode(), mode=0o666)
    except OSError as error:
        raise Unavailable(
            f"{path.name} could not be written.", "Is the disk full, or the folder closed to you?"
        ) from error


def written(keymap: Keymap) -> str:
    """The text of a file that ``read_keymap`` reads back to the same."""
    lines = [
        "# Keys of Reviewer: a preset, and what was changed in it.",
        f"preset = {_quoted(keymap.preset.id)}",
    ]
    changed = {its.id: keymap.keys(its.id) for its in ACTIONS if its.id in keymap.own}
    changed |= {its.id: keymap.keys(its.id) for its in keymap.losers()}
    for place in places():
        its_own = {name: keys for name, keys in changed.items() if name.partition(".")[0] == place}
        if its_own:
            lines += ["", f"[{place}]"]
            lines += [f"{name.partition('.')[2]} = [{_list(keys)}]" for name, keys in its_own.items()]
    return "\n".join(lines) + "\n"


def _keys(table: TomlTable) -> Mapping[str, Keys]:
    """The keys of every action that is in the tables of a file."""
    found: dict[str, Keys] = {}
    for place in places():
        rows = table.table(place)
        for name in rows.keys:
            keys = rows.texts(name)
            try:
                found[action(f"{place}.{name}").id] = tuple(portable(key) for key in keys)
            except Refused as error:
                raise rows.refuse(words_for(error, window_catalogue()).sentence) from error
    return found


def _list(keys: Keys) -> str:
    return ", ".join(map(_quoted, keys))


def _quoted(text: str) -> str:
    """A TOML basic string; of what a key can hold only these two need an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
