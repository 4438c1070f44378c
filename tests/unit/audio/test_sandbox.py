import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.decode.sandbox import ALLOWED_CALLS, filter_program

_MACHINE = 0xC000003E
_ALLOWED, _FAILS, _KILLED = 0x7FFF0000, 0x00050001, 0x80000000


def _verdict(program: bytes, machine: int, call: int, protection: int = 3) -> int:
    """Run the filter as the kernel does: classic BPF with the four instructions that it uses."""
    steps = list(struct.iter_unpack("=HBBI", program))
    place, word = 0, 0
    while True:
        code, if_true, if_false, value = steps[place]
        if code == 0x06:
            return value
        if code == 0x20:
            word = {0: call, 4: machine, 32: protection}[value]
        elif code == 0x45:
            place += if_true if word & value else if_false
        elif code == 0x15:
            place += if_true if word == value else if_false
        place += 1


@given(st.sets(st.integers(0, 500), min_size=1, max_size=40), st.integers(0, 600))
def test_only_the_calls_on_the_list_pass(calls: set[int], call: int) -> None:
    named = {str(number): number for number in calls} | {"mmap": 900, "mprotect": 901}
    program = filter_program(_MACHINE, named)
    assert _verdict(program, _MACHINE, call) == (_ALLOWED if call in calls else _FAILS)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("call", ["mmap", "mprotect"])
def test_memory_is_mapped_to_be_read_and_written_only(machine: str, call: str) -> None:
    number, calls = ALLOWED_CALLS[machine]
    verdicts = [_verdict(filter_program(number, calls), number, calls[call], bits) for bits in range(8)]
    assert verdicts == [_ALLOWED] * 4 + [_FAILS] * 4
    assert all(_verdict(filter_program(number, calls), number, each) == _ALLOWED for each in calls.values())


@given(st.integers(0, 0xFFFFFFFF).filter(lambda machine: machine != _MACHINE))
def test_a_call_of_another_machine_kills(machine: int) -> None:
    assert _verdict(filter_program(_MACHINE, {"mmap": 0, "mprotect": 1}), machine, 0) == _KILLED


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_both_machines_allow_the_same_calls_and_none_that_reaches_outside(machine: str) -> None:
    _, calls = ALLOWED_CALLS[machine]
    outside = {"open", "openat", "execve", "fork", "clone", "socket", "connect", "ptrace"}
    outside |= {"kill", "tkill", "tgkill"}
    assert set(calls) == set(ALLOWED_CALLS["x86_64"][1])
    assert len(set(calls.values())) == len(calls)
    assert not outside & set(calls)
