"""Tells the container of a file by its first bytes; names and extensions are not looked at."""

CONTAINERS = {
    "mpeg4": "MPEG-4 or 3GPP (m4a, mp4, mov, 3gp)",
    "matroska": "Matroska or WebM",
    "amr": "AMR",
    "asf": "Windows Media (wma, asf)",
    "adts": "raw AAC (ADTS)",
    "mpegts": "an MPEG transport stream",
    "mpegps": "an MPEG program stream",
    "avi": "AVI",
    "flv": "Flash video",
    "ape": "Monkey's Audio",
    "wavpack": "WavPack",
    "realmedia": "RealMedia",
    "midi": "MIDI",
    "dsd": "DSD",
    "silk": "SILK",
    "voc": "Creative Voice",
    "ac3": "AC-3",
    "oggflac": "Ogg FLAC",
    "speex": "Ogg Speex",
    "cafcodec": "CAF with AAC or Opus, or with ALAC as ffmpeg writes it",
    "tta": "True Audio (TTA)",
    "musepack": "Musepack",
    "tak": "TAK",
    "shorten": "Shorten",
    "dss": "a dictation format (DSS or DS2)",
    "dts": "DTS",
    "qcp": "QCELP or EVRC (QCP)",
    "ilbc": "iLBC or EVRC",
    "latm": "AAC in LOAS or LATM",
    "svx": "Amiga IFF",
    "wavcodec": "WAV with a telephone codec (G.722, G.723.1, G.726, G.729 or TrueSpeech)",
}
"""Containers by their names in this program, in words for messages: those that libsndfile does not decode."""

_PLAIN = {
    b"RIFF": "riff",
    b"RIFX": "riff",
    b"RF64": "riff",
    b"BW64": "riff",
    b"riff": "w64",
    b"FORM": "aiff",
    b"caff": "caf",
    b".snd": "au",
    b"dns.": "au",
    b"NIST": "nist",
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"#!AM": "amr",
    b"\x30\x26\xb2\x75": "asf",
    b"FLV\x01": "flv",
    b"MAC ": "ape",
    b"wvpk": "wavpack",
    b".RMF": "realmedia",
    b"MThd": "midi",
    b"DSD ": "dsd",
    b"FRM8": "dsd",
    b"Crea": "voc",
    b"#!SI": "silk",
    b"\x02#!S": "silk",
    b"\x00\x00\x01\xba": "mpegps",
    b"\x0b\x77": "ac3",
    b"TTA1": "tta",
    b"TTA2": "tta",
    b"MPCK": "musepack",
    b"MP+\x07": "musepack",
    b"MP+\x17": "musepack",
    b"tBaK": "tak",
    b"ajkg": "shorten",
    b"\x02dss": "dss",
    b"\x03dss": "dss",
    b"\x03ds2": "dss",
    b"\x7f\xfe\x80\x01": "dts",
    b"\xfe\x7f\x01\x80": "dts",
    b"#!iL": "ilbc",
    b"#!EV": "ilbc",
    b"#!QC": "ilbc",
}
_MPEG4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof")
_WAV_CODECS = (0x14, 0x22, 0x42, 0x45, 0x64, 0x65, 0x83, 0x111, 0x133, 0x28F)
_CAF_CODECS = (b"aac ", b"aach", b"aacl", b"opus", b".mp3", b"ima4")
_ALAC_WITHOUT_BITS = b"alac\0\0\0\0"
"""As ffmpeg writes it: libsndfile asks the flags of the form how many bits a sample has."""
_OGG_CODECS = {b"\x7fFLAC": "oggflac", b"Speex": "speex"}
_TRANSPORT_PACKET = 188


def recognise(head: bytes) -> str:
    """The container of a file, from its first 512 bytes or more after any ID3 tag.

    Returns:
        A key of ``CONTAINERS``; one of riff, w64, aiff, caf, au, nist, flac, ogg, which are walked by modules
        here; or an empty text for anything else.
    """
    for length in (4, 2):
        if head[:length] in _PLAIN:
            return _codec_inside(head, _PLAIN[head[:length]])
    if head[4:8] in _MPEG4_BOXES:
        return "mpeg4"
    if head[:1] == b"\x47" and head[_TRANSPORT_PACKET : _TRANSPORT_PACKET + 1] == b"\x47":
        return "mpegts"
    if head[4:5] == b"\x47" and head[196:197] == b"\x47":  # as cameras write it: each packet after its time
        return "mpegts"
    if len(head) > 2 and head[0] == 0x56 and head[1] & 0xE0 == 0xE0:
        return "latm"
    is_adts = len(head) > 6 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0  # "layer 0"
    return "adts" if is_adts else ""


def _codec_inside(head: bytes, container: str) -> str:
    """Another name for a container whose codec, or content, libsndfile does not decode."""
    if container == "riff":
        telephone = "wavcodec" if _wav_tag(head) in _WAV_CODECS else container
        return {b"AVI ": "avi", b"QLCM": "qcp"}.get(head[8:12], telephone)
    if container == "aiff" and head[8:12] not in (b"AIFF", b"AIFC"):
        return "svx"
    if container == "caf" and (head[28:32] in _CAF_CODECS or head[28:36] == _ALAC_WITHOUT_BITS):
        return "cafcodec"
    if container == "ogg":
        return _OGG_CODECS.get(head[28:33], container)
    return container


def _wav_tag(head: bytes) -> int:
    """The codec's number of a WAV, or 0 where its ``fmt`` chunk is not within the head."""
    place = head.find(b"fmt ", 12)
    return int.from_bytes(head[place + 8 : place + 10], "little") if place > 0 and head[:1] != b"r" else 0


def id3_bytes(head: bytes) -> int:
    """The length of an ID3v2 tag at the beginning of ``head`` (id3.org, 2.4.0, section 3.1), or 0."""
    if len(head) < 10 or head[:3] != b"ID3" or any(value & 0x80 for value in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return size + (20 if head[5] & 0x10 else 10)
