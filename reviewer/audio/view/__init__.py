"""Data for the waveform and the spectrogram: peaks and spectra."""
