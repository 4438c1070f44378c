"""E-mail addresses, written, said and spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.privacy.address_words import pieces_of
from reviewer.privacy.email_addresses import email_addresses
from reviewer.privacy.pii import find

WHOLE = [
    "john.smith@example.org",
    "john.smith+tag@mail.example.co.uk",
    "john @ gmail . com",
    "joe ＠ ｇｍａｉｌ．ｃｏｍ",
    "john dot smith at gmail dot com",
    "john underscore five five at hotmail dot com",
    "j o h n at g m a i l dot c o m",
    "john [at] example [dot] com",
    "anna at acme dash corp dot co dot uk",
    "anna at sign acme dot com",
    "hans punkt müller ät web punkt de",
    "hans klammeraffe firma punkt de",
    "jean point dupont arobase orange point fr",
    "juan punto perez arroba correo punto es",
    "mario chiocciola libero punto it",
    "jan zavináč seznam tečka cz",
    "имя собака яндекс точка ру",
    "info at the bakery dot pizza",
    "rosa at north dash star dot dev",
    "maria kato pavla g papaki gmail teleia com",
    "ivan tochka petrov sobaka yandex tochka ru",
]
BARE_NAMES = [
    ("write to grace at brightfields dot io", "grace at"),
    ("send the quote through to sales at riverbend dot com dot au", "sales at"),
    ("reach me at hello at foxglove dot studio", "hello at"),
    ("you can mail anna to two at gmail dot com", "anna to"),
]
NONE = [
    "look at the dot com boom",
    "sales at the dot com are up",
    "I got it from etsy dot com, not at all from ebay dot com",
    "people at five dot com startups",
    "find us at acme dot com",
    "I'm at work dot com is down",
    "meet me at home. Com is a suffix",
    "demonstration server located at Digium. In for this to work",
    "I work at the point in time when it matters",
    "chez moi point de vue",
    "arrive at ten",
    "follow @reviewer for more",
    "at",
    "dot com",
    "@",
    "",
]


@pytest.mark.parametrize(("text", "begins"), BARE_NAMES)
def test_a_bare_name_is_found_behind_words_that_also_sound_like_digits(text: str, begins: str) -> None:
    (found,) = email_addresses(text)
    assert text[found.start : found.end].startswith(begins)
    assert found.end == len(text)


@pytest.mark.parametrize("text", WHOLE)
def test_an_address_is_found_from_end_to_end(text: str) -> None:
    padded = f"so it is {text}, yes"
    (found,) = email_addresses(padded)
    assert padded[found.start : found.end].removeprefix("is ") == text


@pytest.mark.parametrize("text", NONE)
def test_ordinary_speech_holds_no_address(text: str) -> None:
    assert email_addresses(text) == ()


def test_of_two_addresses_in_one_breath_neither_stays() -> None:
    text = "it's j doe at acme dot co dot uk, I mean j doe at bbc dot co dot uk"
    (found,) = email_addresses(text)
    assert text[found.start : found.end] == text.removeprefix("it's ")


def test_a_name_that_is_a_filler_in_another_language_belongs_to_the_address() -> None:
    text = "it is jo underscore smith ninety nine at acme dot com"
    (found,) = email_addresses(text)
    assert text[found.start : found.end] == text.removeprefix("it is ")


def test_a_known_provider_or_a_clear_sign_makes_it_sure_and_the_word_at_alone_does_not() -> None:
    texts = (
        "anna at gmail dot com",
        "anna arroba empresa punto es",
        "anna@example.org",
        "anna at acme dot com",
    )
    assert [email_addresses(text)[0].is_sure for text in texts] == [True, True, True, False]


def test_invisible_characters_hide_nothing() -> None:
    assert email_addresses("john@exa\u200bmple.com")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12))
def test_any_name_at_a_known_provider_is_found(name: str) -> None:
    assert email_addresses(f"write {name}@gmail.com now")
    if set(name) - set("eu"):  # letters that are hesitations too: a name of these alone cannot be told
        assert email_addresses(" ".join(name) + " at g m a i l dot c o m")


PARTS = st.sampled_from(
    ["anna", "@", "at", "gmail", "dot", "com", "@gmail.com", "\u200b", "e\u0301", "so", "\n"]
)


@given(
    st.text(max_size=120)
    | st.tuples(st.sampled_from(["", " "]), st.lists(PARTS, min_size=3)).map(
        lambda drawn: drawn[0].join(drawn[1])
    )
)
def test_any_text_is_read_and_every_address_lies_in_it(text: str) -> None:
    assert all(0 <= found.start < found.end <= len(text) for found in email_addresses(text))


@pytest.mark.parametrize(
    "text",
    [
        "faturayı dupre nokta m et mailbox nokta garden adresine gönder",
        "écris à jean point b chez atelier point studio",
        "она входит как jvdberg собака lund точка ru",
    ],
)
def test_an_unlikely_at_sign_counts_between_a_structured_name_and_a_host(text: str) -> None:
    assert len(email_addresses(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "au point b et le mot point final",
        "ma note est huit point cinq et la tienne point barre",
        "моя собака рекс точка и всё",
    ],
)
def test_words_that_are_an_at_sign_elsewhere_make_no_address_of_a_sentence(text: str) -> None:
    assert email_addresses(text) == ()


TYPED_TOGETHER = [
    "john at gmail dotcom",
    "juan arroba gmail puntocom",
    "иван собака мейл точкару",
    "김 골뱅이 네이버 닷컴",
    "김철수골뱅이네이버닷컴",
    "김 골뱅이 네이버닷컴이에요",
    "สมชายแอทจีเมลดอทคอม",
    "อีเมลของผมคือสมชายแอตจีเมลดอตคอมครับ",
]
IN_MORE_LANGUAGES = [
    "สมชาย แอต จีเมล ดอท คอม",
    "ສົມໄຊ ແອັດ ຈີເມວ ດອດ ຄອມ",
    "សុខ អេត ជីមែល ដត ខម",
    "ராகுல் அட் ஜிமெயில் டாட் காம்",
    "ರಾಹುಲ್ ಅಟ್ ಜಿಮೇಲ್ ಡಾಟ್ ಕಾಮ್",
    "राहुल ॲट जीमेल डॉट कॉम",
    "გიორგი ეთ ჯიმეილ წერტილი კომ",
    "արամ շնիկ gmail կետ com",
    "петар мајмунче gmail точка com",
    "arben at gmail pikë com",
    "jón hjá gmail punktur com",
    "əli ət gmail nöqtə com",
    "асан ит белгісі gmail нүкте com",
    "ali alias gmail titik com",
    "juan at gmail tuldok com",
]


@pytest.mark.parametrize("text", [*TYPED_TOGETHER, *IN_MORE_LANGUAGES, "my email is john at gmail"])
def test_an_address_is_found_in_more_languages_and_typed_without_spaces(text: str) -> None:
    assert find(text, "en-US"), text


@pytest.mark.parametrize(
    "text",
    [
        "the dotcom bubble at home",
        "닷컴 버블이 꺼졌다",
        "점심 먹고 골뱅이 무침 먹자",
        "แอดมินบอกว่าจุดนี้ดี",
        "I check my email at yahoo every day",
        "I got my mail and he works at outlook",
        "email me at gmail headquarters",
        "puntocom es una empresa",
        "mon mail est chez gmail",
    ],
)
def test_words_of_an_address_alone_are_none(text: str) -> None:
    assert not find(text, "en-US"), text


def test_a_long_word_takes_no_longer_than_its_length() -> None:
    assert pieces_of("arroba" * 20_000 + "punto" * 20_000) == ("arroba" * 20_000 + "punto" * 20_000,)
