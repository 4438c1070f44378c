"""The audio of a set: the stored FLAC as it is where nothing changes it, else cut, converted and encoded."""

import io
import zlib

import soundfile

from reviewer.audio.dsp.resample import converted
from reviewer.audio.io.flac import encode_flac, read_canonical
from reviewer.audio.samples import AudioFormat, Samples
from reviewer.errors import Damaged
from reviewer.formats.ogg import with_serial
from reviewer.lead.export_rows import Row
from reviewer.lead.row_store import RowStore
from reviewer.lead.set_options import AudioForm, SetOptions
from reviewer.lead.sound_worker import form_of
from reviewer.model.clip import Clip
from reviewer.model.people import Identity
from reviewer.session.export_access import ExportAccess, OpenedBatch, batch_size


class ExportAudio:
    """Opens the clips of an export a batch at a time, in the order of rows, as their audio is asked for."""

    def __init__(
        self,
        access: ExportAccess,
        identity: Identity,
        rows: RowStore,
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
            return require_same(*self._batch.audio(clip_id))
        if self._decoded is None or self._decoded[0] != clip_id:
            self._decoded = clip_id, decoded(*self._batch.audio(clip_id))
        return encoded(row, self._decoded[1], self._options)

    def _open_from(self, number: int) -> OpenedBatch:
        return self._access.open(
            self._identity, self._rows.works(number, number + batch_size(len(self._rows)))
        )


def decoded(clip: Clip, flac: bytes) -> Samples:
    """The samples of a clip's stored FLAC. Raises Damaged."""
    samples = read_canonical(io.BytesIO(flac))
    if (samples.frames, samples.rate_hz, samples.channels) != (clip.frames, clip.rate_hz, clip.channels):
        raise Damaged("AUDIO_MISMATCH", clip=clip.id)
    return samples


def encoded(row: Row, samples: Samples, options: SetOptions) -> bytes:
    """A row's audio file: cut out of its clip's samples, converted, encoded. Raises Damaged."""
    data, utterance = samples.data[row.start : row.end], row.utterance
    if options.channel:
        data = data[:, options.channel - 1 : options.channel]
    wanted = AudioFormat(utterance.rate_hz, utterance.channels, samples.bits)
    sound = converted(Samples(samples.rate_hz, data), wanted)
    made = Samples(sound.rate_hz, sound.read(0, sound.frames))
    if made.frames != utterance.frames:
        raise Damaged("AUDIO_MISMATCH", clip=utterance.clip_id)
    if options.audio is AudioForm.FLAC:
        return encode_flac(made)
    if options.audio is AudioForm.WAV:
        return _written(made, "WAV", "PCM_16" if made.bits == 16 else "PCM_24")
    return with_serial(_written(made, "OGG", "OPUS"), zlib.crc32(utterance.id.encode()))


def is_as_stored(row: Row, options: SetOptions) -> bool:
    """Whether the audio of a row is the clip's stored FLAC, byte for byte."""
    return options.may_keep_sound and row.is_whole and row.keeps_samples


def require_same(clip: Clip, flac: bytes) -> bytes:
    """A clip's stored FLAC, if its STREAMINFO matches the clip's record; the seal vouches for the rest.
    Raises Damaged."""
    if form_of(flac) != (clip.frames, clip.rate_hz, clip.channels):
        raise Damaged("AUDIO_MISMATCH", clip=clip.id)
    return flac


def _written(samples: Samples, container: str, subtype: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples.data, samples.rate_hz, format=container, subtype=subtype)
    return out.getvalue()
