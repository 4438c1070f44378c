"""The audio of a set: the stored FLAC as it is where nothing changes it, else cut, converted and encoded."""

import io
import zlib
from collections.abc import Sequence

import soundfile

from reviewer.audio.dsp.resample import converted
from reviewer.audio.io.flac import encode_flac, read_canonical
from reviewer.audio.samples import AudioFormat, Samples
from reviewer.errors import Damaged, Refused
from reviewer.formats.ogg import with_serial
from reviewer.lead.export_rows import Row
from reviewer.lead.set_options import AudioForm, SetOptions
from reviewer.model.clip import Clip
from reviewer.model.people import Identity
from reviewer.session.export_access import ExportAccess, OpenedBatch

CLIPS_A_BATCH = 100
_HEAD_BYTES = 42
"""``fLaC``, and STREAMINFO as the last metadata block: RFC 9639, sections 6 to 8."""


class ExportAudio:
    """Opens the clips of an export a batch at a time, in the order of rows, as their audio is asked for."""

    def __init__(
        self,
        access: ExportAccess,
        identity: Identity,
        rows: Sequence[Row],
        options: SetOptions,
    ) -> None:
        self._access = access
        self._identity = identity
        self._rows = rows
        self._options = options
        self._batch: OpenedBatch | None = None
        self._decoded: tuple[str, Samples] | None = None

    def read(self, number: int) -> bytes:
        """The audio file of a row. Raises Refused, Damaged, Unavailable."""
        row = self._rows[number]
        clip_id = row.utterance.clip_id
        if self._batch is None or clip_id not in self._batch:
            self._batch = self._open_from(number)
            self._decoded = None
        if is_as_stored(row, self._options):
            clip, flac = self._batch.audio(clip_id)
            _require_same(clip, flac)
            return flac
        return self._encoded(row, self._samples(clip_id))

    def _open_from(self, number: int) -> OpenedBatch:
        rows = self._rows[number : number + CLIPS_A_BATCH]
        return self._access.open(self._identity, {row.utterance.clip_id: row.annotation_id for row in rows})

    def _samples(self, clip_id: str) -> Samples:
        if self._decoded is None or self._decoded[0] != clip_id:
            assert self._batch is not None
            clip, flac = self._batch.audio(clip_id)
            samples = read_canonical(io.BytesIO(flac))
            if (samples.frames, samples.rate_hz, samples.channels) != (
                clip.frames,
                clip.rate_hz,
                clip.channels,
            ):
                raise Damaged("AUDIO_MISMATCH", clip=clip.id)
            self._decoded = clip_id, samples
        return self._decoded[1]

    def _encoded(self, row: Row, samples: Samples) -> bytes:
        data = samples.data[row.start : row.end]
        if self._options.channel:
            if self._options.channel > samples.channels:
                raise Refused(
                    "EXPORT_CHANNEL_MISSING", clip=row.utterance.clip_id, channel=self._options.channel
                )
            data = data[:, self._options.channel - 1 : self._options.channel]
        utterance = row.utterance
        wanted = AudioFormat(utterance.rate_hz, utterance.channels, samples.bits)
        sound = converted(Samples(samples.rate_hz, data), wanted)
        made = Samples(sound.rate_hz, sound.read(0, sound.frames))
        if made.frames != utterance.frames:
            raise Damaged("AUDIO_MISMATCH", clip=utterance.clip_id)
        if self._options.audio is AudioForm.FLAC:
            return encode_flac(made)
        if self._options.audio is AudioForm.WAV:
            return _written(made, "WAV", "PCM_16" if made.bits == 16 else "PCM_24")
        return with_serial(_written(made, "OGG", "OPUS"), zlib.crc32(utterance.id.encode()))


def is_as_stored(row: Row, options: SetOptions) -> bool:
    """Whether the audio of a row is the clip's stored FLAC, byte for byte."""
    keeps_form = options.audio is AudioForm.FLAC and not options.channel
    return keeps_form and row.is_whole and row.keeps_samples


def _written(samples: Samples, container: str, subtype: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples.data, samples.rate_hz, format=container, subtype=subtype)
    return out.getvalue()


def _require_same(clip: Clip, flac: bytes) -> None:
    """Compares STREAMINFO with the clip's record. The seal vouches for the rest, which import has encoded."""
    packed = int.from_bytes(flac[18:26], "big")
    rate_hz, channels = packed >> 44, (packed >> 41 & 0b111) + 1
    frames = packed & (1 << 36) - 1
    is_bare = flac[:8] == b"fLaC\x80\x00\x00\x22" and len(flac) > _HEAD_BYTES
    if not is_bare or (frames, rate_hz, channels) != (clip.frames, clip.rate_hz, clip.channels):
        raise Damaged("AUDIO_MISMATCH", clip=clip.id)
