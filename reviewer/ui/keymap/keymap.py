"""Which keys do what: a preset, and the user's changes to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reviewer.errors import Refused
from reviewer.ui.keymap.actions import ACTIONS, Action, Origin, action
from reviewer.ui.keymap.key_rules import reason_not_allowed, to_native_text, to_portable_text

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """Keys for every action, in Qt's portable text."""

    id: str
    title: str
    keys: Mapping[str, Keys]


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of every action: a preset, overridden by custom keys.

    A custom key is taken away from the action that has it in the preset. Keymaps made through the ``with_``
    methods hold no conflict: no two actions that work in the same place share a key.
    """

    preset: Preset
    custom: Mapping[str, Keys] = field(default_factory=dict)

    def keys(self, action_id: str) -> Keys:
        """The keys of an action, none or some."""
        if action_id in self.custom:
            return self.custom[action_id]
        its = action(action_id)
        return tuple(key for key in self.preset.keys[action_id] if self._owner(key, its) is None)

    def origin(self, action_id: str) -> Origin:
        if action(action_id).is_fixed:
            return Origin.FIXED
        return Origin.CUSTOM if action_id in self.custom else Origin.PRESET

    def conflicting_action(self, key: str, of: Action) -> Action | None:
        """The other action that has this key and works in the same place as ``of``."""
        others = (other for other in ACTIONS if other.id != of.id and other.overlaps(of))
        return next((other for other in others if key in self.keys(other.id)), None)

    def with_keys(self, action_id: str, keys: Keys) -> "Keymap":
        """A copy with other keys for one action; an empty tuple leaves it without keys.

        Raises: Refused: the action is fixed, or the key types text, is needed for editing, or is taken.
        """
        its = action(action_id)
        wanted = tuple(dict.fromkeys(to_portable_text(key) for key in keys))
        self._allow(its, wanted)
        for key in wanted:
            held_by = self.conflicting_action(key, its)
            if held_by is not None:
                raise _taken(key, held_by)
        return self._with_custom(its, wanted)

    def with_custom_keys(self, custom: Mapping[str, Keys]) -> "Keymap":
        """A copy with exactly these custom keys; raises Refused for the first that is not allowed."""
        made = replace(self, custom={})
        for action_id, keys in custom.items():
            made = made.with_stored_keys(action_id, keys)
        return made

    def with_stored_keys(self, action_id: str, keys: Keys) -> "Keymap":
        """A copy with stored custom keys: they override the preset, but not custom or fixed keys."""
        its = action(action_id)
        wanted = tuple(dict.fromkeys(to_portable_text(key) for key in keys))
        self._allow(its, wanted)
        for key in wanted:
            held_by = self.conflicting_action(key, its)
            if held_by is not None and self.origin(held_by.id) is not Origin.PRESET:
                raise _taken(key, held_by)
        return replace(self, custom={**self.custom, action_id: wanted})

    def with_preset_keys(self, action_id: str) -> "Keymap":
        """A copy in which one action has the preset's keys again."""
        return replace(self, custom={one: keys for one, keys in self.custom.items() if one != action_id})

    def with_preset(self, preset: Preset) -> "Keymap":
        """A copy on another preset, with the same custom keys."""
        return replace(self, preset=preset)

    def displaced_actions(self) -> tuple[Action, ...]:
        """The actions that lost a key of the preset to another action's custom key."""
        unchanged = (its for its in ACTIONS if its.id not in self.custom)
        return tuple(its for its in unchanged if self.keys(its.id) != self.preset.keys[its.id])

    def rows(self) -> dict[str, str]:
        """Shortcut id -> keys, as the shortcut table writes them."""
        return {row.id: "; ".join(self.keys(its.id)) for its in ACTIONS for row in its.rows}

    def _with_custom(self, its: Action, keys: Keys) -> "Keymap":
        without = self.with_preset_keys(its.id)
        if without.keys(its.id) == keys:
            return without
        return replace(self, custom={**self.custom, its.id: keys})

    def _allow(self, its: Action, keys: Keys) -> None:
        if its.is_fixed:
            raise Refused("SHORTCUT_FIXED", action=its.does)
        for key in keys:
            reason = None if key in its.defaults else reason_not_allowed(key)
            if reason:
                raise Refused("KEY_NOT_ALLOWED", reason=reason, action=its.does)

    def _owner(self, key: str, its: Action) -> Action | None:
        """The other action that has this as a custom key."""
        others = (action(other) for other, keys in self.custom.items() if other != its.id and key in keys)
        return next((other for other in others if other.overlaps(its)), None)


def conflicts_in(keymap: Keymap) -> Iterator[tuple[str, Action, Action]]:
    """Every key that two actions share in the same place."""
    held: dict[str, list[Action]] = {}
    for one in ACTIONS:
        for key in keymap.keys(one.id):
            for other in held.setdefault(key, []):
                if one.overlaps(other):
                    yield key, other, one
            held[key].append(one)


def _taken(key: str, by: Action) -> Refused:
    code = "KEY_TAKEN_FOR_GOOD" if by.is_fixed else "KEY_TAKEN"
    return Refused(code, key=to_native_text(key), action=by.does, section=by.section)
