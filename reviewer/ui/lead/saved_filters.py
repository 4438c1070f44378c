"""A person's saved filters of the list of clips, in the preferences of this machine."""

import json

from reviewer.model.clip_list import ClipFilter
from reviewer.ui.preferences import Preferences

LONGEST_NAME = 40
_MOST = 50


class SavedFilters:
    """Filters by the name that the person gave them; they hold codes, names of people and ids, no content."""

    def __init__(self, preferences: Preferences, person_id: str) -> None:
        self._preferences = preferences
        self._key = f"clip_filters/{person_id}"

    def all(self) -> dict[str, ClipFilter]:
        """The saved filters by name; what cannot be read is left out."""
        try:
            stored = json.loads(self._preferences.text(self._key, "{}"))
        except ValueError:
            return {}
        if not isinstance(stored, dict):
            return {}
        return {
            str(name): ClipFilter.from_json(text)
            for name, text in sorted(stored.items(), key=lambda item: str(item[0]).casefold())
            if isinstance(text, str)
        }

    def save(self, name: str, wanted: ClipFilter) -> str:
        """Saves a filter, in place of one of the same name; returns the name as it is kept, or nothing."""
        kept = " ".join(name.split())[:LONGEST_NAME]
        filters = self.all()
        if not kept or (kept not in filters and len(filters) >= _MOST):
            return ""
        self._put(filters | {kept: wanted})
        return kept

    def remove(self, name: str) -> None:
        """Removes a filter; nothing happens if there is none of this name."""
        self._put({each: wanted for each, wanted in self.all().items() if each != name})

    def _put(self, filters: dict[str, ClipFilter]) -> None:
        texts = {name: wanted.to_json() for name, wanted in filters.items()}
        self._preferences.put(self._key, json.dumps(texts, ensure_ascii=False, sort_keys=True))
