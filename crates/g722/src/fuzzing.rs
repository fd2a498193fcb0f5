//! What the fuzz targets run; here so that it always compiles.

use crate::{Decoder, Encoder, Mode};

/// Longest payload that is tried: the largest datagram would be no different.
const MAX_OCTETS: usize = 1_024;

/// Any octets are audio in each mode, the same however they are cut into packets, and what is heard can be said again.
///
/// # Panics
/// When one of these does not hold.
pub fn g722_decoder(data: &[u8]) {
    let Some((&cut, data)) = data.split_first() else { return };
    let payload = &data[..data.len().min(MAX_OCTETS)];
    let (first, second) = payload.split_at(usize::from(cut).min(payload.len()));
    for mode in [Mode::Kbps64, Mode::Kbps56, Mode::Kbps48] {
        let (mut whole, mut parts) = ([0; 2 * MAX_OCTETS], [0; 2 * MAX_OCTETS]);
        let count = Decoder::with_mode(mode).decode(payload, &mut whole);
        assert_eq!(count, 2 * payload.len());

        let mut decoder = Decoder::with_mode(mode);
        let early = decoder.decode(first, &mut parts);
        decoder.decode(second, &mut parts[early..]);
        assert!(whole == parts);

        let mut again = [0; MAX_OCTETS];
        assert_eq!(Encoder::new().encode(&whole[..count], &mut again), payload.len());
        // No encoder sends a code word of four zeros, whatever it is given.
        assert!(again[..payload.len()].iter().all(|octet| octet & 0x3C != 0));
    }
}
