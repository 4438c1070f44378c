"""The line that a problem in a label form or a convention file is about."""

from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.labels.schema import parse_schema
from reviewer.lead.policy_files import problem_line
from reviewer.places import resource
from reviewer.transcript.conventions import parse_conventions

FORM = resource("schemas", "default.toml").read_text(encoding="utf-8")
RULES = resource("conventions", "en-US.toml").read_text(encoding="utf-8")


def line_of_form(text: str) -> int | None:
    with pytest.raises(Refused) as refused:
        parse_schema(text, "form.toml")
    return problem_line(refused.value, text)


def line_of_conventions(text: str) -> int | None:
    with pytest.raises(Refused) as refused:
        parse_conventions(text, Path("en-US.toml"))
    return problem_line(refused.value, text)


def test_text_that_is_not_toml_is_named_at_the_line_of_the_parser():
    assert line_of_form("# a form\n" + FORM.replace("[[field]]", "[[field]", 1)) == (
        2 + FORM[: FORM.index("[[field]]")].count("\n")
    )


def test_wrong_value_of_a_question_is_named_at_the_line_of_its_key():
    text = FORM.replace("kind = ", "kind = 7 #", 1)
    assert line_of_form(text) == text[: text.index("kind = 7")].count("\n") + 1


def test_unknown_key_of_conventions_is_named_at_its_line():
    assert line_of_conventions("colour = 1\n" + RULES) == 1


def test_problem_of_the_whole_file_has_no_line():
    assert line_of_form('name = "x"\nversion = "1"\ntitle = "X"\n') is None
