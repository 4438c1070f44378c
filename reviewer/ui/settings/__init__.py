"""The settings of a person on this machine: the dialog and its pages."""
