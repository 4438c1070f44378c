"""How much of a page's height its waves and their spectrogram get."""

from reviewer.ui.waveform.spectrogram import HEIGHT_PX

_LEAST_WAVES_PX = 120
_MOST_WAVES_PX = 420
_WAVES_SHARE = 0.28
_WAVES_SHARE_ABOVE_SPECTROGRAM = 0.2
_SPECTROGRAM_SHARE = 0.19


def room_for(height_px: int, *, has_spectrogram: bool) -> tuple[int, int]:
    """Heights of the waves and of the spectrogram under them, 0 if it is off; typing keeps the rest."""
    share = _WAVES_SHARE_ABOVE_SPECTROGRAM if has_spectrogram else _WAVES_SHARE
    waves = min(max(round(height_px * share), _LEAST_WAVES_PX), _MOST_WAVES_PX)
    if not has_spectrogram:
        return waves, 0
    return waves, min(max(round(height_px * _SPECTROGRAM_SHARE), _LEAST_WAVES_PX // 2), 2 * HEIGHT_PX)
