use aes::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore, typenum::U16};
use aes::{Aes128Enc, Aes256Enc};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use subtle::ConstantTimeEq;

use super::hmac_sha1::HmacSha1;

/// Octets of the salt of a session.
pub(super) const SALT: usize = 14;
/// Octets of the authentication key of a session (RFC 3711 §5.2).
pub(super) const AUTHENTICATION_KEY: usize = 20;

/// AES in counter mode (RFC 3711 §4.1.1, RFC 6188 §2) with HMAC-SHA1 (RFC 3711 §4.2.1).
pub(super) struct CounterMode {
    cipher: Cipher,
    salt: [u8; SALT],
    mac: HmacSha1,
    tag: usize,
}

/// Round keys are made once.
enum Cipher {
    Bits128(Aes128Enc),
    Bits256(Aes256Enc),
}

impl CounterMode {
    /// For a key of 16 or 32 octets; `None` for others. `tag` is its length in octets, up to 20.
    pub(super) fn new(key: &[u8], authentication: &[u8], salt: [u8; SALT], tag: usize) -> Option<Self> {
        let cipher = match key.len() {
            16 => Cipher::Bits128(Aes128Enc::new_from_slice(key).ok()?),
            _ => Cipher::Bits256(Aes256Enc::new_from_slice(key).ok()?),
        };
        Some(Self { cipher, salt, mac: HmacSha1::new(authentication)?, tag })
    }

    pub(super) fn tag_length(&self) -> usize {
        self.tag
    }

    /// Encrypts or decrypts the body of a packet.
    #[inline]
    pub(super) fn apply(&self, ssrc: u32, index: u64, body: &mut [u8]) {
        let start = self.start(ssrc, index);
        match &self.cipher {
            Cipher::Bits128(cipher) => apply_keystream(cipher, start, body),
            Cipher::Bits256(cipher) => apply_keystream(cipher, start, body),
        }
    }

    /// The tag over `packet`, which is encrypted, and `trailer`; all its octets, of which the first
    /// [`tag_length`](Self::tag_length) count.
    #[inline]
    pub(super) fn tag(&self, packet: &[u8], trailer: [u8; 4]) -> [u8; 20] {
        self.mac.tag(packet, trailer)
    }

    /// Whether `tag` is the one over `packet` and `trailer`; takes as long whatever differs.
    #[inline]
    pub(super) fn verify(&self, packet: &[u8], trailer: [u8; 4], tag: &[u8]) -> bool {
        self.tag(packet, trailer)[..self.tag].ct_eq(tag).into()
    }

    /// The first counter of a packet: salt, SSRC and index, each in its place (RFC 3711 §4.1.1).
    fn start(&self, ssrc: u32, index: u64) -> [u8; 16] {
        let mut start = [0; 16];
        start[..SALT].copy_from_slice(&self.salt);
        let place = (u128::from(ssrc) << 64) ^ (u128::from(index) << 16);
        (u128::from_be_bytes(start) ^ place).to_be_bytes()
    }
}

/// Adds the keystream that begins with `start` to `body`.
#[inline]
fn apply_keystream<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>>(
    cipher: &C,
    start: [u8; 16],
    body: &mut [u8],
) {
    CtrCore::<_, Ctr128BE>::inner_iv_init(cipher, &start.into()).apply_keystream_partial(body.into());
}

impl Drop for CounterMode {
    fn drop(&mut self) {
        // Cipher and code do it themselves.
        zeroize::Zeroize::zeroize(&mut self.salt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::transform::tests::octets;

    /// Blocks of a keystream, as many as one may have, at its begin and its end.
    fn assert_keystream(key: &str, first: &str, last: &str) {
        let salt = octets("F0F1F2F3F4F5F6F7F8F9FAFBFCFD").try_into().unwrap();
        let mode = CounterMode::new(&octets(key), &[0; 20], salt, 10).unwrap();
        let mut stream = vec![0; 16 * 0xFF02];
        mode.apply(0, 0, &mut stream);
        assert_eq!(stream[..48], octets(first));
        assert_eq!(stream[16 * 0xFEFF..], octets(last));
    }

    /// RFC 3711 appendix B.2.
    #[test]
    fn keystream_of_128_bits() {
        assert_keystream(
            "2B7E151628AED2A6ABF7158809CF4F3C",
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0",
            "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44",
        );
    }

    /// RFC 6188 §7.1.
    #[test]
    fn keystream_of_256_bits() {
        assert_keystream(
            "57f82fe3613fd170a85ec93c40b1f092 2ec4cb0dc025b58272147cc438944a98",
            "92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac 63c4868b7096d88421b563b8c94c9a31",
            "cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d 6eb246913062a16891433e97dd01a57f",
        );
    }
}
