"""The player on a sound card that is real to PortAudio: what arrives is recorded and compared."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from reviewer.audio.dsp.loudness import measure_loudness
from reviewer.audio.io.port_audio import list_outputs, rescan
from reviewer.audio.io.sound_card import SoundCard
from reviewer.audio.play.output_settings import OutputSettings, processed
from reviewer.audio.play.player import Player
from reviewer.audio.samples import AudioFormat, Samples
from reviewer.errors import NoAudioDevice, Notice
from reviewer.model.event import HeardRange
from tests.contracts.conftest import listening_to
from tests.fakes.sound_server import Recording, SoundServer
from tests.refusals import hint_of, sentence_of
from tests.sounds import a_tone, some_noise, some_samples

pytestmark = pytest.mark.soundcard


@pytest.fixture
def player(sound_server: SoundServer) -> Iterator[Player]:
    player = Player(SoundCard(), fade_seconds=0.0)  # each frame can be told
    yield player
    player.close()


@pytest.fixture
def recording(sound_server: SoundServer) -> Iterator[Recording]:
    with sound_server.recorded() as recording:
        yield recording


def _until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "nothing happened in time"
        time.sleep(0.005)


def _play_to_the_end(player: Player) -> None:
    _until(lambda: not player.is_playing)


def _sounding(recording: Recording) -> int:
    return int(np.count_nonzero(recording.samples()))


def test_no_sound_system_writes_to_the_terminal(
    sound_server: SoundServer, player: Player, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    list_outputs(rescan_first=True)
    player.load(Samples(16_000, some_noise(1_600, seed=1)))
    player.play()
    _play_to_the_end(player)
    player.close()
    list_outputs(rescan_first=True)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("run", range(20))
def test_the_samples_that_arrive_are_the_clips(player: Player, recording: Recording, run: int) -> None:
    samples = Samples(16_000, some_noise(6_000, seed=100 + run))
    player.set_output_settings(OutputSettings())
    player.load(samples)
    player.play()
    _play_to_the_end(player)
    assert recording.wait_for(samples.data[:, 0]) >= 0
    assert player.take_heard() == [HeardRange(0, 6_000)]
    assert _sounding(recording) == 6_000


@pytest.mark.parametrize(
    "settings", [OutputSettings(is_levelled=True, gain_db=3), OutputSettings(gain_db=-9)]
)
def test_level_and_gain_arrive_as_they_were_rendered(
    player: Player, recording: Recording, settings: OutputSettings
) -> None:
    samples = Samples(16_000, some_noise(12_000))
    wanted = processed(samples, settings, measure_loudness(samples)).read(0, 12_000)
    player.set_output_settings(settings)
    player.load(samples)
    player.play()
    _play_to_the_end(player)
    assert recording.wait_for(wanted[:, 0]) >= 0


@pytest.mark.parametrize("percent", [50, 200])
def test_at_other_speeds_the_pitch_stays_and_there_is_no_click(
    player: Player, recording: Recording, percent: int
) -> None:
    pytest.importorskip("python_stretch")
    tone = Samples(16_000, a_tone(32_000, pitch_hz=440.0)[9:])
    player.load(tone)
    player.set_speed(percent)
    player.play()
    _play_to_the_end(player)
    _until(lambda: _sounding(recording) > 0.9 * np.count_nonzero(tone.data) * 100 / percent)
    arrived = recording.samples().astype(int)
    sounding = arrived[np.flatnonzero(arrived)[0] : np.flatnonzero(arrived)[-1] + 1]
    inner = sounding[sounding.size // 4 : -sounding.size // 4]
    spectrum = np.abs(np.fft.rfft(inner * np.hanning(inner.size), 1 << 18))

    assert sounding.size == pytest.approx(tone.frames * 100 / percent, rel=0.02)
    assert player.take_heard() == [HeardRange(0, tone.frames, percent)]
    assert spectrum.argmax() * 16_000 / (1 << 18) == pytest.approx(440.0, rel=0.01)
    assert np.abs(np.diff(arrived)).max() <= np.abs(np.diff(tone.data[:, 0].astype(int))).max()


def test_a_device_removed_while_it_plays_pauses_the_clip_and_the_next_play_goes_on_with_the_next_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sounddevice")
    samples = some_samples(64_000)
    with SoundServer(tmp_path) as server:
        listening_to(server, monkeypatch)
        player = Player(SoundCard(), fade_seconds=0.0)
        player.load(samples)
        player.play()
        _until(lambda: player.position > 4_000)
        server.unplug()
        _until(lambda: not player.is_playing)
        problem, where = player.problem, player.position
        server.plug_in()
        with server.recorded() as recording:
            player.play()
            _play_to_the_end(player)
            found = recording.wait_for(samples.data[where:, 0])
        player.close()

    assert problem == Notice("OUTPUT_DISCONNECTED", {"output": "default"})
    assert 4_000 < where < 64_000
    assert found >= 0
    assert player.take_heard() == [HeardRange(0, 64_000)]


def test_a_chosen_output_is_found_and_played_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sounddevice")
    with SoundServer(tmp_path) as server:
        listening_to(server, monkeypatch)
        chosen = next(output for output in list_outputs(rescan_first=True).all if output.name == "pulse")
        stream = SoundCard(chosen).open_stream(AudioFormat(16_000, 1, 16), lambda out, _when: out.fill(0))
        facts = stream.name, stream.fallback_reason, stream.audio_format.rate_hz
        stream.close()
    assert facts == ("pulse", None, 16_000)


def test_two_hundred_rounds_of_a_loop_arrive_without_a_gap_or_a_repeat(
    player: Player, recording: Recording
) -> None:
    samples = some_samples(16_000)
    wanted = np.tile(samples.data[4_000:4_160, 0], 200)
    player.load(samples)
    player.play_loop(4_000, 4_160)
    _until(lambda: _sounding(recording) >= wanted.shape[0])
    player.pause()
    assert recording.wait_for(wanted) >= 0
    player.close()
    assert player.take_heard() == [HeardRange(4_000, 4_160)]


def test_what_is_logged_after_a_pause_is_what_arrived(player: Player, recording: Recording) -> None:
    samples = some_samples(48_000)
    player.load(samples)
    player.play()
    _until(lambda: player.position > 8_000)
    player.pause()
    where = player.position
    assert recording.wait_for(samples.data[:where, 0]) >= 0
    player.close()
    heard = player.take_heard()
    assert [each.start for each in heard] == [0]
    assert _sounding(recording) == heard[0].end
    assert where <= heard[0].end


def test_after_a_pause_play_goes_on_without_a_gap_or_a_repeat(player: Player, recording: Recording) -> None:
    samples = some_samples(16_000)
    player.load(samples)
    player.play()
    _until(lambda: player.position > 4_000)
    player.pause()
    _until(lambda: _sounding(recording) >= player.position)
    where = player.position
    player.play()
    _play_to_the_end(player)
    assert recording.wait_for(samples.data[where:, 0]) >= 0
    assert player.take_heard() == [HeardRange(0, 16_000)]
    assert _sounding(recording) == 16_000


def test_seek_while_playing_arrives_from_the_new_place(player: Player, recording: Recording) -> None:
    samples = some_samples(64_000)
    player.load(samples)
    player.play()
    _until(lambda: player.position > 3_000)
    player.seek(60_000)
    _play_to_the_end(player)
    assert recording.wait_for(samples.data[60_000:, 0]) >= 0
    heard = player.take_heard()
    assert heard[-1] == HeardRange(60_000, 64_000)
    assert sum(each.end - each.start for each in heard) == _sounding(recording)


def test_position_never_runs_ahead_of_what_was_sent(player: Player, recording: Recording) -> None:
    player.load(some_samples(16_000))
    player.play()
    sent = 0
    while player.is_playing:
        position = player.position
        sent += sum(each.end - each.start for each in player.take_heard())
        assert position <= sent
        time.sleep(0.01)


def test_a_24_bit_clip_arrives_with_all_its_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sounddevice")
    samples = some_samples(9_600, rate_hz=48_000, bits=24)
    with SoundServer(tmp_path, rate_hz=48_000, bits=24) as server:
        listening_to(server, monkeypatch)
        player = Player(SoundCard())
        with server.recorded() as recording:
            player.load(samples)
            player.play()
            _play_to_the_end(player)
            found = recording.wait_for(samples.data[:, 0])
        player.close()
    assert found >= 0


def test_without_a_server_there_is_no_device_and_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounddevice = pytest.importorskip("sounddevice")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    rescan(sounddevice)
    if any(device["max_output_channels"] for device in sounddevice.query_devices()):
        pytest.skip("there is a real sound card here")
    with pytest.raises(NoAudioDevice) as caught:
        SoundCard().open_stream(AudioFormat(16_000, 1, 16), lambda _out, _when: None)
    assert "no output device" in sentence_of(caught.value)
    assert "Connect one" in hint_of(caught.value)
