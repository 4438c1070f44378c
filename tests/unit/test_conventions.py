from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.places import resource
from reviewer.transcript.conventions import Case, Conventions, TagClass, load_conventions
from tests.refusals import sentence_of

SHIPPED = ("en-US", "de-DE", "es", "fr", "cs", "he", "ar", "zh-Hans", "und")
MINIMAL = 'locale = "xx"\nversion = "7"\ntitle = "X"\n[profile.training]\nversion = 2\n'
NOISE = '[[tag]]\nname = "noise"\nkey = "Alt+1"\nclass = "noise"\nmeaning = "Noise."\n'


def read(tmp_path: Path, text: str) -> Conventions:
    path = tmp_path / "xx.toml"
    path.write_text(text, encoding="utf-8")
    return load_conventions(path)


@pytest.mark.parametrize("locale", SHIPPED)
def test_shipped_conventions_have_every_class_and_a_key_for_each_tag(locale: str) -> None:
    conventions = load_conventions(resource("conventions", f"{locale}.toml"))
    assert conventions.locale == locale
    assert {tag.tag_class for tag in conventions.tags} == set(TagClass)
    assert all(tag.key and tag.meaning for tag in conventions.tags)


@pytest.mark.parametrize("locale", SHIPPED)
def test_shipped_training_profile_leaves_out_clips_whose_words_are_missing(locale: str) -> None:
    training = load_conventions(resource("conventions", f"{locale}.toml")).profile("training")
    assert training.id == "training@2"
    assert training.leave_out == {TagClass.PII, TagClass.UNCLEAR, TagClass.FOREIGN, TagClass.OVERLAP}


def test_hesitations_are_not_themselves_variants() -> None:
    for locale in SHIPPED:
        conventions = load_conventions(resource("conventions", f"{locale}.toml"))
        assert conventions.hesitations.isdisjoint(conventions.variants)


def test_id_is_locale_and_version(tmp_path: Path) -> None:
    assert read(tmp_path, MINIMAL).id == "xx@7"


def test_tag_is_found_by_name_and_shows_how_it_is_typed(tmp_path: Path) -> None:
    more = '[[tag]]\nname = "pii"\nclass = "pii"\ndetails = ["name"]\nmeaning = "m"\n'
    open_ended = '[[tag]]\nname = "foreign"\nclass = "foreign"\ntakes_detail = true\nmeaning = "m"\n'
    conventions = read(tmp_path, MINIMAL + NOISE + more + open_ended)
    assert [tag.example for tag in conventions.tags] == ["[noise]", "[pii:name]", "[foreign:xx]"]
    assert conventions.tag("noise") is conventions.tags[0]
    assert conventions.tag("nose") is None


def test_profile_is_read(tmp_path: Path) -> None:
    text = MINIMAL + 'case = "upper"\npunctuation = ".?"\nkeep_hesitations = false\nkeep_fragments = true\n'
    profile = read(tmp_path, text + '[profile.training.tags]\nnoise = "NOISE"\ncut = ""\n').profile(
        "training"
    )
    assert (profile.id, profile.case, profile.punctuation) == ("training@2", Case.UPPER, ".?")
    assert (profile.keep_hesitations, profile.keep_fragments) == (False, True)
    assert dict(profile.tags) == {TagClass.NOISE: "NOISE"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL.replace("[profile.training]", "[profile.other]"), ("profile.training", "missing")),
        (MINIMAL.replace("title", "titel"), ("titel",)),
        (MINIMAL.replace("version = 2", 'version = "2"'), ("training", "version must be a whole number")),
        (MINIMAL + 'case = "title"\n', ("case", "title", "keep, lower, upper")),
        (MINIMAL + 'leave_out = ["gossip"]\n', ("leave_out", "gossip")),
        (MINIMAL + "leave_out = [3]\n", ("leave_out must be a list of texts",)),
        (MINIMAL + '[profile.training.tags]\nnoise = "<unk>"\n', ("noise", "one word")),
        (MINIMAL + NOISE.replace('"noise"', '"Noise"', 1), ("line 6", "Noise", "a-z")),
        (MINIMAL + NOISE + NOISE, ("noise", "twice")),
        (MINIMAL + NOISE + NOISE.replace('"noise"', '"hum"', 1), ("Alt+1", "twice")),
        (MINIMAL + NOISE.replace('class = "noise"', 'class = "sound"'), ("class", "sound")),
        (MINIMAL + NOISE + 'details = ["A b"]\n', ("A b",)),
        (MINIMAL + "[words]\nhesitation = []\n", ("words", "hesitation")),
        (MINIMAL + "[rules]\npunctuation = 3\n", ("rules", "punctuation")),
    ],
)
def test_mistake_is_refused_in_a_sentence_that_names_it(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as caught:
        read(tmp_path, text)
    assert [word for word in words if word not in sentence_of(caught.value)] == []
