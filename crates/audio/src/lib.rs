//! Sound files, resampling and tones.
