"""What the waveform and the spectrogram are drawn from: peaks and spectra."""
