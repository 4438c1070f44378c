"""Text as it is typed, tagged and derived."""
