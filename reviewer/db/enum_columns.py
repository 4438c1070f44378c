"""Columns that hold the values of an enum."""

from enum import StrEnum


def one_of(column: str, values: type[StrEnum]) -> str:
    """A CHECK that lets only the values of an enum into a column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"CHECK ({column} IN ({listed}))"
