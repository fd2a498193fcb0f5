use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Aes256Gcm};

/// Octets of the salt of a session, and of a nonce.
pub(super) const SALT: usize = 12;
/// Octets of a tag.
pub(super) const TAG: usize = 16;

/// AES-GCM (RFC 7714 §8, §9).
pub(super) struct Gcm {
    cipher: Cipher,
    salt: [u8; SALT],
}

enum Cipher {
    Bits128(Aes128Gcm),
    Bits256(Aes256Gcm),
}

impl Gcm {
    /// For a key of 16 or 32 octets; `None` for others.
    pub(super) fn new(key: &[u8], salt: [u8; SALT]) -> Option<Self> {
        let cipher = match key.len() {
            16 => Cipher::Bits128(Aes128Gcm::new_from_slice(key).ok()?),
            _ => Cipher::Bits256(Aes256Gcm::new_from_slice(key).ok()?),
        };
        Some(Self { cipher, salt })
    }

    /// Encrypts `body` and returns the tag over it and `clear`. `None`: the body is longer than any datagram.
    #[inline]
    pub(super) fn seal(&self, ssrc: u32, index: u64, clear: &[u8], body: &mut [u8]) -> Option<[u8; TAG]> {
        let nonce = self.nonce(ssrc, index).into();
        let tag = match &self.cipher {
            Cipher::Bits128(cipher) => cipher.encrypt_inout_detached(&nonce, clear, body.into()),
            Cipher::Bits256(cipher) => cipher.encrypt_inout_detached(&nonce, clear, body.into()),
        };
        tag.ok().map(Into::into)
    }

    /// Decrypts `body` if the tag is the one over it and `clear`; else it stays as it is.
    #[inline]
    pub(super) fn open(&self, ssrc: u32, index: u64, clear: &[u8], body: &mut [u8], tag: [u8; TAG]) -> bool {
        let (nonce, tag) = (self.nonce(ssrc, index).into(), tag.into());
        let opened = match &self.cipher {
            Cipher::Bits128(cipher) => cipher.decrypt_inout_detached(&nonce, clear, body.into(), &tag),
            Cipher::Bits256(cipher) => cipher.decrypt_inout_detached(&nonce, clear, body.into(), &tag),
        };
        opened.is_ok()
    }

    /// SSRC and index, each in its place, under the salt (RFC 7714 §8.1, §9.1).
    fn nonce(&self, ssrc: u32, index: u64) -> [u8; SALT] {
        let place = ((u128::from(ssrc) << 48) ^ u128::from(index)).to_be_bytes();
        let mut nonce = self.salt;
        nonce.iter_mut().zip(&place[4..]).for_each(|(octet, of_place)| *octet ^= of_place);
        nonce
    }
}

impl Drop for Gcm {
    fn drop(&mut self) {
        // The cipher does it itself.
        zeroize::Zeroize::zeroize(&mut self.salt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::transform::tests::octets;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f";
    const RTP: &str = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 \
                       696e2070 61727465 73207472 6573";
    const RTCP: &str = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 \
                        deadbeef deadbeef deadbeef deadbeef deadbeef";

    fn gcm(bits: usize) -> Gcm {
        Gcm::new(&octets(KEY)[..bits / 8], *b"Quid pro quo").unwrap()
    }

    /// Both ways: `clear` stays, `body` becomes `sealed`, which ends with its tag.
    fn assert_sealed(gcm: &Gcm, place: (u32, u64), clear: &[u8], body: &[u8], sealed: &str) {
        let (mut octets_of_body, sealed) = (body.to_vec(), octets(sealed));
        let tag = gcm.seal(place.0, place.1, clear, &mut octets_of_body).unwrap();
        assert_eq!((&octets_of_body[..], &tag[..]), sealed.split_at(body.len()));
        assert!(gcm.open(place.0, place.1, clear, &mut octets_of_body, tag));
        assert_eq!(octets_of_body, body);
    }

    /// RFC 7714 §16.1.1, §16.1.2, §16.2.1, §16.2.2.
    #[test]
    fn rtp_is_encrypted() {
        let (rtp, place) = (octets(RTP), (0x5501_A0B2, 0xF17B));
        let sealed = "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833 \
                      899d7f27 beb16a91 52cf765e e4390cce";
        assert_sealed(&gcm(128), place, &rtp[..12], &rtp[12..], sealed);
        let sealed = "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b \
                      7aa3db36 dfffd6b0 f9bb7878 d7a76c13";
        assert_sealed(&gcm(256), place, &rtp[..12], &rtp[12..], sealed);
    }

    /// RFC 7714 §16.1.3, §16.1.4, §16.2.3, §16.2.4.
    #[test]
    fn rtp_is_tagged() {
        let (rtp, place) = (octets(RTP), (0x5501_A0B2, 0xF17B));
        assert_sealed(&gcm(128), place, &rtp, &[], "22493f82 d2bce397 e9d79e3b 19aa4216");
        assert_sealed(&gcm(256), place, &rtp, &[], "a866d591 0f887463 067ceefe c45215d4");
    }

    /// RFC 7714 §17.1, §17.2.
    #[test]
    fn rtcp_is_encrypted() {
        let (rtcp, place) = (octets(RTCP), (0x4D61_7273, 0x5D4));
        let clear = [&rtcp[..8], &octets("800005d4")].concat();
        let sealed = "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded \
                      0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade";
        assert_sealed(&gcm(128), place, &clear, &rtcp[8..], sealed);
        let sealed = "d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 \
                      6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be";
        assert_sealed(&gcm(256), place, &clear, &rtcp[8..], sealed);
    }

    /// RFC 7714 §17.3, §17.4.
    #[test]
    fn rtcp_is_tagged() {
        let (rtcp, place) = (octets(RTCP), (0x4D61_7273, 0x5D4));
        let clear = [rtcp, octets("000005d4")].concat();
        assert_sealed(&gcm(128), place, &clear, &[], "841dd968 3dd78ec9 2ae58790 125f62b3");
        assert_sealed(&gcm(256), place, &clear, &[], "91db4afb feee5a97 8fab4393 ed2615fe");
    }

    #[test]
    fn a_wrong_tag_leaves_the_body_as_it_is() {
        let mut body = *b"body";
        assert!(!gcm(128).open(1, 2, b"clear", &mut body, [0; TAG]));
        assert_eq!(&body, b"body");
    }
}
