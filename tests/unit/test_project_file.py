"""The project file: what it may say, and that ours says the defaults."""

import pytest

from reviewer.errors import Refused
from reviewer.lead.project_file import parse_project, read_project
from reviewer.model.project import PRODUCTS, Project, RecogniserRule
from reviewer.places import resource


def test_our_file_says_the_defaults_that_an_empty_one_keeps() -> None:
    assert read_project(resource("project.toml")) == parse_project("") == Project()


@pytest.mark.parametrize("number", [0, 1, 98, 100])
def test_settings_may_be_nought_and_reason_seconds_a_fraction(number: int) -> None:
    listening = f"[listening]\nheard_percent = {number}\nreason_seconds = "
    project = parse_project(f"lock_minutes = {number}\n{listening}{number}")
    assert (project.lock_minutes, project.listening.heard_percent) == (number, number)
    assert project.listening.reason_seconds == number
    assert parse_project(f"{listening}1.5").listening.reason_seconds == 1.5


@pytest.mark.parametrize(
    "line",
    [
        "lock_minutes = -1",
        "lock_minutes = 2.5",
        "lock_minutes = true",
        'lock_minutes = "5"',
        "nda_days = 0",
        "[queue]\npasses = 0",
        "[queue]\nlock_minutes = 5",
        "unlock_minutes = 5",
        "name = ''",
        'schema = "../forms/mine"',
        'schema = "/etc/mine"',
        'conventions = "..\\\\mine"',
        'locale = "../../en-US"',
        'conventions = ".hidden"',
        '[intake]\nproduct_names = "SwiftKey"',
        "[intake]\nproduct_names = {swiftkey = 1}",
        '[intake]\nproduct_names = {swiftkey = " "}',
        '[intake]\nproduct_names = {swiftkey = "Swift\\nKey"}',
        "[listening]\nheard_percent = 101",
        "[listening]\nheard_percent = -1",
        "[listening]\nheard_percent = 97.5",
        "[listening]\nreason_seconds = -1",
        "[asr]\nhidden_share = 1.5",
        "[limits]\nopens_per_hour = -1",
        "[limits]\nworking_hours = 9",
        '[limits]\nworking_hours = "9-17"',
        '[limits]\nworking_hours = "22:00"',
        '[limits]\nworking_hours = "08:00-08:00"',
        '[limits]\nworking_hours = "08:00-17:00 Nowhere/Town"',
        '[limits]\nworking_hours = "08:00-17:00 ../../etc/passwd"',
        '[limits]\nworking_hours = "08:00-17:00 Europe"',
        '[[asr.recogniser]]\nkind = "magic"',
        '[[asr.recogniser]]\nkind = "whisper.cpp"',
        '[[asr.recogniser]]\nkind = "command"',
        '[[asr.recogniser]]\nkind = "pocketsphinx"\nspeed = 2',
        "[asr]\nrecogniser = 3",
        "not toml",
    ],
)
def test_what_a_setting_cannot_be_is_refused(line: str) -> None:
    with pytest.raises(Refused):
        parse_project(line)


def test_products_are_called_by_their_names() -> None:
    names = [Project().intake.product_name(each) for each in PRODUCTS]
    assert names == ["Translator", "SwiftKey", "Windows", "Cortana", "HoloLens", "Mixed Reality"]
    own = parse_project('[intake]\nproduct_names = {smart_speaker = "Smart Speaker 2"}').intake
    assert own.product_name("smart_speaker") == "Smart Speaker 2"
    assert own.product_name("smart_watch") == "Smart watch"
    assert own.product_label("smart_speaker") == "Smart Speaker 2 (smart_speaker)"
    assert Project().intake.product_label("swiftkey") == "SwiftKey"


def test_recognisers_are_read_in_their_order() -> None:
    text = """
        [[asr.recogniser]]
        kind = "pocketsphinx"
        languages = ["en"]
        [[asr.recogniser]]
        kind = "whisper.cpp"
        model = "/srv/base.bin"
        timeout_seconds = 5
    """
    assert parse_project(text).asr.recogniser == (
        RecogniserRule("pocketsphinx", ("en",)),
        RecogniserRule("whisper.cpp", model="/srv/base.bin", timeout_seconds=5.0),
    )
