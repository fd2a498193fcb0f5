use sha1::block_api::compress;
use zeroize::Zeroize;

/// Octets of a block of SHA-1.
const BLOCK: usize = 64;
/// Octets of a tag.
pub(super) const TAG: usize = 20;
/// The state that SHA-1 begins with (FIPS 180-4 §5.3.1).
const BEGIN: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

/// HMAC-SHA1 (RFC 2104) with everything done beforehand that only the key decides: a packet costs its own blocks and one.
pub(super) struct HmacSha1 {
    /// The state once the key's block of the inner hash is in it, and that of the outer one.
    inner: [u32; 5],
    outer: [u32; 5],
}

impl HmacSha1 {
    /// For a key of up to 64 octets; `None` for longer ones, which Secure RTP does not have.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        let begun = |octet: u8| {
            let mut block = [octet; BLOCK];
            block.get_mut(..key.len())?.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
            let mut state = BEGIN;
            compress(&mut state, &[block]);
            block.zeroize();
            Some(state)
        };
        Some(Self { inner: begun(0x36)?, outer: begun(0x5C)? })
    }

    /// The tag over `packet` and the `trailer` behind it.
    #[inline]
    pub(super) fn tag(&self, packet: &[u8], trailer: [u8; 4]) -> [u8; TAG] {
        let (blocks, rest) = packet.as_chunks::<BLOCK>();
        let mut inner = self.inner;
        compress(&mut inner, blocks);
        // What is left, the trailer, a one, zeroes, and the length in bits: in one block or two.
        let mut last = [[0; BLOCK]; 2];
        let end = rest.len() + trailer.len();
        let count = if end + 9 <= BLOCK { 1 } else { 2 };
        let octets = last.as_flattened_mut();
        octets[..rest.len()].copy_from_slice(rest);
        octets[rest.len()..end].copy_from_slice(&trailer);
        octets[end] = 0x80;
        octets[count * BLOCK - 8..count * BLOCK].copy_from_slice(&bits(BLOCK + packet.len() + trailer.len()));
        compress(&mut inner, &last[..count]);

        let mut block = [0; BLOCK];
        block[..TAG].copy_from_slice(&octets_of(inner));
        block[TAG] = 0x80;
        block[BLOCK - 8..].copy_from_slice(&bits(BLOCK + TAG));
        let mut outer = self.outer;
        compress(&mut outer, &[block]);
        octets_of(outer)
    }
}

fn bits(octets: usize) -> [u8; 8] {
    (octets as u64 * 8).to_be_bytes()
}

fn octets_of(state: [u32; 5]) -> [u8; TAG] {
    let mut octets = [0; TAG];
    octets
        .chunks_exact_mut(4)
        .zip(state)
        .for_each(|(octets, word)| octets.copy_from_slice(&word.to_be_bytes()));
    octets
}

impl Drop for HmacSha1 {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha1::Sha1;

    use super::*;
    use crate::srtp::transform::tests::octets;

    /// RFC 2202 §3, cases 1 to 3, the last four octets of each as the trailer.
    #[test]
    fn tags_are_those_of_the_rfc() {
        let cases = [
            (vec![0x0B; 20], b"Hi There".to_vec(), "b617318655057264e28bc0b6fb378c8ef146be00"),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            ),
            (vec![0xAA; 20], vec![0xDD; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        ];
        for (key, data, tag) in cases {
            let (packet, trailer) = data.split_last_chunk().unwrap();
            assert_eq!(HmacSha1::new(&key).unwrap().tag(packet, *trailer)[..], octets(tag));
        }
        assert!(HmacSha1::new(&[0; 65]).is_none());
    }

    #[test]
    fn packets_of_all_lengths_get_the_tag_of_another_implementation() {
        let key: [u8; 20] = core::array::from_fn(|n| n as u8 * 7);
        let ours = HmacSha1::new(&key).unwrap();
        let packet: Vec<u8> = (0..400).map(|n| (n * 31 % 251) as u8).collect();
        for length in 0..=packet.len() {
            let mut theirs = Hmac::<Sha1>::new_from_slice(&key).unwrap();
            theirs.update(&packet[..length]);
            theirs.update(&[1, 2, 3, 4]);
            let theirs: [u8; TAG] = theirs.finalize().into_bytes().into();
            assert_eq!(ours.tag(&packet[..length], [1, 2, 3, 4]), theirs, "{length}");
        }
    }
}
