"""Which keys do what: a preset, and a person's own changes to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QCoreApplication

from reviewer.errors import Refused
from reviewer.ui.keys.actions import ACTIONS, Action, Origin, action
from reviewer.ui.keys.rules import portable, shown, why_not

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """Keys for every action, in Qt's portable text."""

    id: str
    title: str
    keys: Mapping[str, Keys]


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys that are in force. Where an own key is another action's in the preset, that one gives way.

    Made only through ``with_...``, no two actions that can be asked for at the same time share a key.
    """

    preset: Preset
    own: Mapping[str, Keys] = field(default_factory=dict)

    def keys(self, action_id: str) -> Keys:
        """The keys of an action, none or some."""
        if action_id in self.own:
            return self.own[action_id]
        its = action(action_id)
        return tuple(key for key in self.preset.keys[action_id] if self._owner(key, its) is None)

    def origin(self, action_id: str) -> Origin:
        if action(action_id).is_fixed:
            return Origin.FIXED
        return Origin.OWN if action_id in self.own else Origin.PRESET

    def holder(self, key: str, of: Action) -> Action | None:
        """The other action that answers to a key where ``of`` does."""
        others = (other for other in ACTIONS if other.id != of.id and other.meets(of))
        return next((other for other in others if key in self.keys(other.id)), None)

    def with_keys(self, action_id: str, keys: Keys) -> "Keymap":
        """The same with other keys for one action; none at all is a choice too.

        Raises: Refused, with a sentence: for a fixed action, for a key that types text or that editing needs,
            and for a key that does something else, whose name it says.
        """
        its = action(action_id)
        wanted = tuple(dict.fromkeys(portable(key) for key in keys))
        self._allow(its, wanted)
        for key in wanted:
            held_by = self.holder(key, its)
            if held_by is not None:
                raise _taken(key, held_by)
        return self._with_own(its, wanted)

    def with_own(self, own: Mapping[str, Keys]) -> "Keymap":
        """The same with these own changes in place of the present; raises Refused for the first bad one."""
        made = replace(self, own={})
        for action_id, keys in own.items():
            made = made.with_one_more(action_id, keys)
        return made

    def with_one_more(self, action_id: str, keys: Keys) -> "Keymap":
        """Adds an own change that was made before: keys of the preset give way, own and fixed ones do not."""
        its = action(action_id)
        wanted = tuple(dict.fromkeys(portable(key) for key in keys))
        self._allow(its, wanted)
        for key in wanted:
            held_by = self.holder(key, its)
            if held_by is not None and self.origin(held_by.id) is not Origin.PRESET:
                raise _taken(key, held_by)
        return replace(self, own={**self.own, action_id: wanted})

    def with_preset_keys(self, action_id: str) -> "Keymap":
        """The same with the preset's keys for one action."""
        return replace(self, own={one: keys for one, keys in self.own.items() if one != action_id})

    def with_preset(self, preset: Preset) -> "Keymap":
        """Another preset under the same own changes."""
        return replace(self, preset=preset)

    def losers(self) -> tuple[Action, ...]:
        """The actions that gave a key of the preset to an own change of another."""
        mine = (its for its in ACTIONS if its.id not in self.own)
        return tuple(its for its in mine if self.keys(its.id) != self.preset.keys[its.id])

    def rows(self) -> dict[str, str]:
        """The keys by row of the table, in the table's form."""
        return {row.id: "; ".join(self.keys(its.id)) for its in ACTIONS for row in its.rows}

    def _with_own(self, its: Action, keys: Keys) -> "Keymap":
        without = self.with_preset_keys(its.id)
        if without.keys(its.id) == keys:
            return without
        return replace(self, own={**self.own, its.id: keys})

    def _allow(self, its: Action, keys: Keys) -> None:
        if its.is_fixed:
            raise Refused(
                _tr("The key of “{0}” stays as it is.").format(its.does),
                _tr("Help, settings and all that comes before sign-in keep their keys."),
            )
        for key in keys:
            reason = "" if key in its.defaults else why_not(key)
            if reason:
                raise Refused(reason, _tr("Choose another key for “{0}”.").format(its.does))

    def _owner(self, key: str, its: Action) -> Action | None:
        """The other action whose own key this is."""
        others = (action(other) for other, keys in self.own.items() if other != its.id and key in keys)
        return next((other for other in others if other.meets(its)), None)


def clashes_of(keymap: Keymap) -> Iterator[tuple[str, Action, Action]]:
    """Keys that two actions answer to at the same time."""
    held: dict[str, list[Action]] = {}
    for one in ACTIONS:
        for key in keymap.keys(one.id):
            for other in held.setdefault(key, []):
                if one.meets(other):
                    yield key, other, one
            held[key].append(one)


def _taken(key: str, by: Action) -> Refused:
    another = (
        _tr("Choose another key.") if by.is_fixed else _tr("Take it from there first, or choose another key.")
    )
    return Refused(_tr("{0} is “{1}” ({2}).").format(shown(key), by.does, by.place), another)


def _tr(text: str) -> str:
    return QCoreApplication.translate("keys", text)
