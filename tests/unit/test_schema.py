from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.labels.schema import FieldKind, Schema, load_schema
from reviewer.places import resource
from tests.refusals import sentence_of

HEAD = 'name = "calls"\nversion = "3"\ntitle = "Calls"\n'
NOISY = '[[field]]\nkey = "noisy"\nkind = "yes_no"\nlabel = "Noisy?"\n'


def read(tmp_path: Path, text: str) -> Schema:
    path = tmp_path / "calls.toml"
    path.write_text(text, encoding="utf-8")
    return load_schema(path)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(Refused) as caught:
        read(tmp_path, text)
    return sentence_of(caught.value)


def test_the_default_form_has_every_kind_of_field_and_one_that_waits_for_another() -> None:
    schema = load_schema(resource("schemas", "default.toml"))
    assert {field.kind for field in schema.fields} == set(FieldKind)
    assert any(field.shown_when for field in schema.fields)


def test_id_is_name_and_version(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + NOISY).id == "calls@3"


def test_field_is_found_by_key(tmp_path: Path) -> None:
    schema = read(tmp_path, HEAD + NOISY)
    assert schema.field("noisy") is schema.fields[0]
    assert schema.field("quiet") is None


def test_choices_and_bounds_are_read(tmp_path: Path) -> None:
    text = HEAD + (
        '[[field]]\nkey = "who"\nkind = "one_of"\nlabel = "Who?"\n'
        '[[field.choices]]\nvalue = "man"\nlabel = "A man"\nkey = "1"\n'
        '[[field]]\nkey = "loud"\nkind = "scale"\nlabel = "Loud?"\nlow = 0\nhigh = 3\n'
    )
    who, loud = read(tmp_path, text).fields
    assert (who.choices[0].value, who.choices[0].label, who.choices[0].key) == ("man", "A man", "1")
    assert (loud.low, loud.high) == (0, 3)


def test_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="FILE_MISSING") as caught:
        load_schema(tmp_path / "calls.toml")
    assert caught.value.parameters["file"] == "calls.toml"


def test_broken_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "line 4" in refusal(tmp_path, HEAD + "[[field\n")


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.toml"
    path.write_bytes(b'name = "caf\xe9"')
    with pytest.raises(Refused, match="FILE_NOT_UTF8"):
        load_schema(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NOISY, ("name",)),
        (HEAD, ("[[field]]",)),
        (HEAD + NOISY.replace("label", "lable"), ("line 4", "lable")),
        (HEAD + NOISY.replace("yes_no", "maybe"), ("kind", "maybe", "yes_no")),
        (HEAD + NOISY.replace('"noisy"', '"Noisy one"'), ("key", "Noisy one")),
        (HEAD + NOISY.replace('"Noisy?"', '" "'), ("noisy", "label is empty")),
        (HEAD + NOISY.replace('"Noisy?"', "3"), ("noisy", "label must be text")),
        (HEAD + NOISY + "required = 1\n", ("noisy", "required must be true or false")),
        (HEAD + NOISY + NOISY, ("noisy", "twice")),
        (HEAD + NOISY + "low = 1\n", ("low", "scale")),
        (HEAD + NOISY + "choices = []\n", ("yes_no", "no choices")),
        (HEAD + NOISY.replace("yes_no", "one_of"), ("one_of", "needs choices")),
        (HEAD + NOISY.replace("yes_no", "one_of") + "choices = []\n", ("choices is empty",)),
        (HEAD + NOISY.replace("yes_no", "scale") + "low = 5\nhigh = 5\n", ("low = 5", "high = 5")),
        (HEAD + NOISY.replace("yes_no", "scale") + "high = 99\n", ("2 to 11",)),
        (HEAD + NOISY.replace("yes_no", "scale") + "high = true\n", ("high must be a whole number",)),
        (
            HEAD
            + NOISY.replace("yes_no", "many_of")
            + 'choices = [{value = "a", label = "A"}, {value = "a", label = "B"}]\n',
            ("choice value a", "twice"),
        ),
        (
            HEAD
            + NOISY.replace("yes_no", "many_of")
            + 'choices = [{value = "a", label = "A", key = "1"}, {value = "b", label = "B", key = "1"}]\n',
            ("choice key 1", "twice"),
        ),
        (HEAD + NOISY + 'shown_when = {key = "calm", equals = true}\n', ("shown_when", "calm")),
        (HEAD + NOISY + 'shown_when = {key = "noisy"}\n', ("equals", "missing")),
        (HEAD + NOISY + 'shown_when = {key = "noisy", equals = 1.5}\n', ("equals must be",)),
        (HEAD + NOISY + 'shown_when = {key = "noisy", equals = "loud"}\n', ("never has that value",)),
    ],
)
def test_mistake_is_refused_in_a_sentence_that_names_it(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    sentence = refusal(tmp_path, text)
    assert sentence.startswith("calls.toml")
    assert [word for word in words if word not in sentence] == []


def waiting(name: str, other: str) -> str:
    return NOISY.replace("noisy", name) + f'shown_when = {{key = "{other}", equals = true}}\n'


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ((("a", "a"),), "a -> a"),
        ((("a", "b"), ("b", "c"), ("c", "a")), "a -> b -> c -> a"),
        ((("first", "a"), ("a", "b"), ("b", "a")), "a -> b -> a"),
    ],
)
def test_fields_that_wait_for_each_other_are_refused(
    tmp_path: Path, fields: tuple[tuple[str, str], ...], path: str
) -> None:
    sentence = refusal(tmp_path, HEAD + "".join(waiting(*pair) for pair in fields))
    assert f"depends on itself: {path}." in sentence
