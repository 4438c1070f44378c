"""The waveform view: waveform, spectrogram, ruler, playhead, minimap."""
