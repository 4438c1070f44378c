"""Keyrings open for one person, one role and one passphrase only."""

import struct
from contextlib import nullcontext

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.access import signing
from reviewer.clips import keys
from reviewer.clips.keys import KdfParameters, open_keyring, seal_keyring
from reviewer.errors import Damaged, Refused, WrongPassphrase
from reviewer.model.people import Keyring, Role, second_secret_id
from reviewer.session.sign_in import require_strong
from tests.factories import a_keyring

CHEAP = KdfParameters.cheap()
PASSPHRASE = "correct horse battery staple"
BLOB = seal_keyring(a_keyring(), PASSPHRASE, "p1", Role.QA, CHEAP)


def test_the_right_passphrase_opens_the_keyring() -> None:
    assert open_keyring(BLOB, PASSPHRASE, "p1", Role.QA) == a_keyring()


def test_a_keyring_without_the_qa_secret_comes_back_without_it() -> None:
    blob = seal_keyring(a_keyring(qa_secret=None), PASSPHRASE, "p1", Role.CONTRACTOR, CHEAP)
    assert open_keyring(blob, PASSPHRASE, "p1", Role.CONTRACTOR).qa_secret is None


@pytest.mark.parametrize("typed", ["Gru\u0308ße aus Ko\u0308ln", "Ｇrüße aus Köln"])
def test_one_passphrase_typed_on_two_keyboards_is_one_passphrase(typed: str) -> None:
    blob = seal_keyring(a_keyring(), "Grüße aus Köln", "p1", Role.QA, CHEAP)
    assert open_keyring(blob, typed, "p1", Role.QA) == a_keyring()


@pytest.mark.parametrize(
    ("secret", "person_id", "role"),
    [
        ("", "p1", Role.QA),
        ("correct horse battery stapl", "p1", Role.QA),
        (PASSPHRASE.upper(), "p1", Role.QA),
        (PASSPHRASE + " ", "p1", Role.QA),
        (PASSPHRASE, "p2", Role.QA),
        (PASSPHRASE, "p1", Role.LEAD),
    ],
)
def test_a_slot_opens_for_no_other_passphrase_person_or_role(secret: str, person_id: str, role: Role) -> None:
    with pytest.raises(WrongPassphrase):
        open_keyring(BLOB, secret, person_id, role)


def test_two_seals_of_one_keyring_share_no_salt() -> None:
    again = seal_keyring(a_keyring(), PASSPHRASE, "p1", Role.QA, CHEAP)
    assert again[17:33] != BLOB[17:33]


@given(st.integers(17, len(BLOB) - 1), st.integers(0, 7))
@settings(max_examples=40)
def test_a_changed_bit_does_not_open(place: int, bit: int) -> None:
    changed = bytearray(BLOB)
    changed[place] ^= 1 << bit
    with pytest.raises(WrongPassphrase):
        open_keyring(bytes(changed), PASSPHRASE, "p1", Role.QA)


BELOW_THE_FLOOR = [(8, 1, 1), (19 * 1024 - 1, 2, 1), (19 * 1024, 1, 1), (19 * 1024, 2, 0)]
_MEMORY_KIB, _PASSES, _LANES = 4 * 128 * 1024, 4 * 3, 4 * 2
TOO_COSTLY = [
    (2**31, 2, 1), (19 * 1024, 10**6, 1), (19 * 1024, 2, 1000),
    (_MEMORY_KIB + 1, 3, 2), (128 * 1024, _PASSES + 1, 2), (128 * 1024, 3, _LANES + 1),
]  # fmt: skip


def with_cost(memory_kib: int, passes: int, lanes: int) -> bytes:
    return BLOB[:5] + struct.pack(">III", memory_kib, passes, lanes) + BLOB[17:]


@pytest.mark.parametrize(
    "blob",
    [
        *(BLOB[:length] for length in (0, 4, 20, 44)),
        *(prefix + BLOB[5:] for prefix in (b"XXXX\x01", b"RVKR\x04")),
        *(with_cost(*cost) for cost in BELOW_THE_FLOOR + TOO_COSTLY),
    ],
)
def test_a_stump_another_version_or_a_cost_out_of_bounds_is_damage_and_is_not_tried(blob: bytes) -> None:
    with pytest.raises(Damaged):
        open_keyring(blob, PASSPHRASE, "p1", Role.QA)


def test_another_cost_above_the_floor_does_not_open() -> None:
    with pytest.raises(WrongPassphrase):
        open_keyring(with_cost(19 * 1024, 3, 1), PASSPHRASE, "p1", Role.QA)


def test_a_keyring_of_the_first_version_opens_and_hashes_by_its_workspace_key() -> None:
    header = struct.pack(">4sBIII16s12s", b"RVKR", 1, 19 * 1024, 2, 1, b"s" * 16, b"n" * 12)
    kdf = Argon2id(salt=b"s" * 16, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    key = AESGCM(keys.subkey(kdf.derive(PASSPHRASE.encode()), "keyring"))
    blob = header + key.encrypt(b"n" * 12, b"w" * 32 + b"s" * 32 + b"l" * 32 + b"q" * 32, header + b"qa\0p1")
    opened = open_keyring(blob, PASSPHRASE, "p1", Role.QA)
    assert opened == a_keyring()
    assert (opened.hash_key, opened.generation) == (b"w" * 32, 1)


def test_hash_key_and_generation_come_back() -> None:
    keyring = a_keyring(hash_key=b"h" * 32, generation=7)
    blob = seal_keyring(keyring, PASSPHRASE, "p1", Role.QA, CHEAP)
    assert open_keyring(blob, PASSPHRASE, "p1", Role.QA) == keyring


def test_keyring_is_sealed_under_argon2id_of_the_cost_in_its_header_and_bound_to_the_header() -> None:
    blob = seal_keyring(a_keyring(), PASSPHRASE, "p1", Role.QA, KdfParameters(20 * 1024, 3, 2))
    header = blob[:45]
    *_, memory_kib, passes, lanes, salt, nonce = struct.unpack(">4sBIII16s12s", header)
    assert (memory_kib, passes, lanes) == (20 * 1024, 3, 2)
    kdf = Argon2id(salt=salt, length=32, iterations=3, lanes=2, memory_cost=20 * 1024)
    key = AESGCM(keys.subkey(kdf.derive(PASSPHRASE.encode()), "keyring"))
    assert key.decrypt(nonce, blob[45:], header + b"qa\0p1") == keys.pack_keyring(a_keyring())


SECOND = b"2" * 32
WITH_SECOND = seal_keyring(a_keyring(), PASSPHRASE, "p1", Role.QA, CHEAP, SECOND)


def test_a_keyring_with_a_second_secret_needs_both_and_names_the_second() -> None:
    assert open_keyring(WITH_SECOND, PASSPHRASE, "p1", Role.QA, SECOND) == a_keyring()
    assert second_secret_id(WITH_SECOND) == keys.id_of_second_secret(SECOND)
    for passphrase, second in ((PASSPHRASE, b""), (PASSPHRASE, b"3" * 32), (PASSPHRASE[1:], SECOND)):
        with pytest.raises(WrongPassphrase):
            open_keyring(WITH_SECOND, passphrase, "p1", Role.QA, second)


def test_a_keyring_without_one_opens_with_the_passphrase_alone() -> None:
    assert second_secret_id(BLOB) == b""
    assert open_keyring(BLOB, PASSPHRASE, "p1", Role.QA, SECOND) == a_keyring()


def test_both_secrets_make_the_key_by_hkdf() -> None:
    header = WITH_SECOND[:61]
    *_, salt, nonce = struct.unpack(">4sBIII16s12s", header[:45])
    kdf = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    first = keys.subkey(kdf.derive(PASSPHRASE.encode()), "keyring")
    key = AESGCM(keys.subkey(first + SECOND, "keyring with second secret"))
    assert key.decrypt(nonce, WITH_SECOND[61:], header + b"qa\0p1") == keys.pack_keyring(a_keyring())


def test_taking_out_that_a_second_secret_is_needed_is_noticed() -> None:
    for version in (1, 2):
        for cut in (WITH_SECOND[:45] + WITH_SECOND[61:], WITH_SECOND):
            changed = cut[:4] + bytes([version]) + cut[5:]
            with pytest.raises(WrongPassphrase):
                open_keyring(changed, PASSPHRASE, "p1", Role.QA, SECOND)


@given(st.integers(17, len(WITH_SECOND) - 1), st.integers(0, 7))
@settings(max_examples=12)
def test_a_changed_bit_does_not_open_with_both_secrets(place: int, bit: int) -> None:
    changed = bytearray(WITH_SECOND)
    changed[place] ^= 1 << bit
    with pytest.raises(WrongPassphrase):
        open_keyring(bytes(changed), PASSPHRASE, "p1", Role.QA, SECOND)


@pytest.mark.parametrize("length", [5, 45, 50, 61, 70])
def test_a_stump_with_a_second_secret_does_not_open(length: int) -> None:
    with pytest.raises((Damaged, WrongPassphrase)):
        open_keyring(WITH_SECOND[:length], PASSPHRASE, "p1", Role.QA, SECOND)


def test_nothing_is_sealed_below_the_floor() -> None:
    with pytest.raises(Refused):
        seal_keyring(a_keyring(), PASSPHRASE, "p1", Role.QA, KdfParameters(memory_kib=1024))


def test_the_default_cost_is_far_above_the_floor() -> None:
    default = KdfParameters()
    assert (default.memory_kib, default.passes, default.lanes) == (128 * 1024, 3, 2)
    default.require_sane()


def test_a_keyring_with_a_short_key_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal_keyring(a_keyring(log_key=b"short"), PASSPHRASE, "p1", Role.QA, CHEAP)


@pytest.mark.parametrize(
    ("role", "secret"), [(Role.QA, b"q" * 32), (Role.LEAD, b"q" * 32), (Role.CONTRACTOR, None)]
)
def test_all_but_contractors_get_the_secret_of_the_draw(role: Role, secret: bytes | None) -> None:
    assert new_for(role).qa_secret == secret


def test_every_keyring_signs_with_its_own_key() -> None:
    one, other = new_for(Role.QA), new_for(Role.QA)
    assert one.signing_key != other.signing_key
    assert len(signing.public_key_of(one.signing_key)) == 32


def test_a_keyring_does_not_show_its_keys() -> None:
    assert repr(a_keyring()) == "Keyring()"


def test_burning_time_asks_for_the_same_work() -> None:
    with pytest.raises(ValueError, match="memory_cost"):  # what no Argon2id can do is tried
        keys.burn_time(PASSPHRASE, KdfParameters(memory_kib=1))


WORKSPACE_KEY = b"w" * 32
WRAPPED = keys.wrap_clip_key(WORKSPACE_KEY, "c1", b"k" * 32)


def test_a_wrapped_clip_key_comes_back() -> None:
    assert keys.unwrap_clip_key(WORKSPACE_KEY, "c1", WRAPPED) == b"k" * 32


def test_no_two_wrapped_keys_share_a_nonce() -> None:
    assert keys.wrap_clip_key(WORKSPACE_KEY, "c1", b"k" * 32)[1:13] != WRAPPED[1:13]


@pytest.mark.parametrize(
    ("workspace_key", "clip_id", "wrapped"),
    [
        (WORKSPACE_KEY, "c2", WRAPPED),
        (b"v" * 32, "c1", WRAPPED),
        *((WORKSPACE_KEY, "c1", WRAPPED[:length]) for length in (0, 1, 12, 13, 60)),
    ],
)
def test_a_wrapped_key_of_another_clip_or_workspace_or_a_cut_one_is_damage(
    workspace_key: bytes, clip_id: str, wrapped: bytes
) -> None:
    with pytest.raises(Damaged):
        keys.unwrap_clip_key(workspace_key, clip_id, wrapped)


def test_every_changed_bit_of_a_wrapped_key_is_damage() -> None:
    for bit in range(len(WRAPPED) * 8):
        changed = bytearray(WRAPPED)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(Damaged):
            keys.unwrap_clip_key(WORKSPACE_KEY, "c1", bytes(changed))


def test_clip_keys_are_fresh() -> None:
    assert keys.new_clip_key() != keys.new_clip_key()
    assert len(keys.new_clip_key()) == 32


def test_a_subkey_depends_on_its_purpose_and_its_key() -> None:
    found = {keys.subkey(key, purpose) for key in (b"a" * 32, b"b" * 32) for purpose in ("one", "two")}
    assert len(found) == 4
    assert keys.subkey(b"a" * 32, "one") in found


def test_the_keyed_hash_is_hmac_sha256() -> None:
    # RFC 4231, test case 2.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keys.keyed_hash(b"Jefe", b"what do ya want for nothing?") == expected


def test_a_signature_is_verified_with_the_public_key() -> None:
    # RFC 8032 section 7.1, test 2.
    secret = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert signing.public_key_of(secret) == public
    assert signing.sign(secret, b"\x72") == signature
    assert signing.verify(public, b"\x72", signature)


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (signing.public_key_of(b"a" * 32), b"other", signing.sign(b"a" * 32, b"message")),
        (signing.public_key_of(b"b" * 32), b"message", signing.sign(b"a" * 32, b"message")),
        (signing.public_key_of(b"a" * 32), b"message", b""),
        (b"", b"message", signing.sign(b"a" * 32, b"message")),
        (b"short", b"message", bytes(64)),
    ],
)
def test_what_does_not_belong_together_does_not_verify(
    public: bytes, message: bytes, signature: bytes
) -> None:
    assert not signing.verify(public, message, signature)


def new_for(role: Role) -> Keyring:
    return keys.new_keyring(role, a_keyring())


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.QA])
def test_keyring_without_the_workspace_key_is_sealed_and_opened_as_it_is(role: Role) -> None:
    own = keys.new_keyring(role, keys.new_workspace_keyring(), has_broker=True)
    sealed = seal_keyring(own, PASSPHRASE, "p1", role, CHEAP)
    assert open_keyring(sealed, PASSPHRASE, "p1", role) == own
    assert (own.workspace_key, own.opens_every_clip) == (b"", False)


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.QA])
def test_earlier_programs_find_no_keyring_in_one_without_the_workspace_key(role: Role) -> None:
    own = keys.new_keyring(role, keys.new_workspace_keyring(), has_broker=True)
    length = len(keys.pack_keyring(own)) - 4  # without the generation
    assert length % keys.KEY_BYTES != 0


def test_leads_hold_the_workspace_key_also_with_a_broker() -> None:
    lead = keys.new_workspace_keyring()
    assert keys.keys_for(Role.LEAD, lead, has_broker=True) == lead


def test_draw_of_hidden_drafts_has_one_key_for_everybody() -> None:
    lead = keys.new_workspace_keyring()
    own = keys.keys_for(Role.CONTRACTOR, lead, has_broker=True)
    assert keys.draw_key(own) == keys.draw_key(lead)
    assert own.hash_key != lead.hash_key


@pytest.mark.parametrize(("passphrase", "is_strong"), [
    ("abcde" * 2 + "ab", True), ("abcde" * 2 + "a", False), ("abcd" * 9, False), ("", False),
])  # fmt: skip
def test_a_passphrase_has_twelve_characters_and_five_different_ones(
    passphrase: str, *, is_strong: bool
) -> None:
    with nullcontext() if is_strong else pytest.raises(Refused, match="PASSPHRASE_WEAK"):
        require_strong(passphrase)
