"""The checks of an import: consent, identifiers, personal data."""
