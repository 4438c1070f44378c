"""The workspace that commands run on, shared with the tests of the commands."""

from tests.cli.conftest import command, made_workspace, workspace

__all__ = ["command", "made_workspace", "workspace"]
