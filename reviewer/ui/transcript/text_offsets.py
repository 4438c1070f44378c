"""Places in a text: Python counts code points, Qt counts UTF-16 units."""


def to_units(text: str, place: int) -> int:
    """The place in UTF-16 units of code point ``place``."""
    return place + sum(1 for c in text[:place] if ord(c) > 0xFFFF)


def to_points(text: str, units: int) -> int:
    """The code point at UTF-16 unit ``units``; between the two halves of one, the one after it."""
    passed = 0
    for place, c in enumerate(text):
        if passed >= units:
            return place
        passed += 2 if ord(c) > 0xFFFF else 1
    return len(text)
