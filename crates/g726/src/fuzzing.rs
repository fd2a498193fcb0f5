//! What the fuzz targets run; here so that it always compiles.

use crate::{Decoder, Encoder, Packing, Rate};

/// Longest payload that is tried: the largest datagram would be no different.
const MAX_OCTETS: usize = 600;

/// Any octets are speech at each rate and in each packing, the same however they are cut into packets, and what is
/// heard can be said again.
///
/// # Panics
/// When one of these does not hold.
pub fn g726_decoder(data: &[u8]) {
    let Some((&cut, data)) = data.split_first() else { return };
    let payload = &data[..data.len().min(MAX_OCTETS)];
    for rate in [Rate::Kbps16, Rate::Kbps24, Rate::Kbps32, Rate::Kbps40] {
        let group = rate.group() * rate.bits() as usize / 8;
        let (first, second) = payload.split_at((usize::from(cut) * group).min(payload.len() / group * group));
        for packing in [Packing::LowFirst, Packing::HighFirst] {
            let (mut whole, mut parts) = ([0; 4 * MAX_OCTETS], [0; 4 * MAX_OCTETS]);
            let count = Decoder::with(rate, packing).decode(payload, &mut whole);
            assert_eq!(count, payload.len() / group * rate.group());

            let mut decoder = Decoder::with(rate, packing);
            let early = decoder.decode(first, &mut parts);
            decoder.decode(second, &mut parts[early..]);
            assert!(whole == parts);

            let mut again = [0; MAX_OCTETS];
            let octets = Encoder::with(rate, packing).encode(&whole[..count], &mut again);
            assert_eq!(octets, payload.len() / group * group);
        }
    }
}
