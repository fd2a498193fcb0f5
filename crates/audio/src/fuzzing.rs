//! What the fuzz targets run; here so that it always compiles.

use crate::pcm::Pcm;
use crate::wav::{self, Encoding};

/// The WAV reader takes any octets without a panic, gives no more samples than there are octets, and what it
/// gives can be written and read again.
///
/// # Panics
/// When one of these does not hold.
pub fn wav_reader(data: &[u8]) {
    let probed = wav::probe(data);
    let Ok(pcm) = wav::read(data) else { return };
    assert!(pcm.samples.len() <= data.len());
    if let Ok(info) = probed {
        assert!(pcm.samples.len() / info.encoding.samples() * info.encoding.octets() <= data.len());
    }
    let written = pcm.to_wav(Encoding::Signed16).map(|bytes| wav::read(&bytes));
    assert!(matches!(written, Ok(Ok(again)) if again == Pcm::new(pcm.rate, pcm.samples)));
}
