use aes::cipher::{KeyIvInit, StreamCipher, StreamCipherError};
use aes::{Aes128, Aes256};
use ctr::Ctr128BE;

use super::MasterKey;

/// Which of the session keys (RFC 3711 §4.3.2).
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// Derives a session key, once for the life of the master key (a key derivation rate of 0; RFC 3711 §4.3.1).
///
/// A salt of 96 bits stands at the left of one of 112, as implementations of RFC 7714 agree on.
pub(super) fn derive(master: &MasterKey, label: Label, key: &mut [u8]) {
    let mut start = [0; 16];
    start[..master.salt().len()].copy_from_slice(master.salt());
    start[7] ^= label as u8;
    key.fill(0);
    let derived = match master.key() {
        short if short.len() == 16 => keystream::<Ctr128BE<Aes128>>(short, &start, key),
        long => keystream::<Ctr128BE<Aes256>>(long, &start, key),
    };
    debug_assert!(
        derived,
        "keys of a suite have 16 or 32 octets, and derived ones are shorter than any keystream"
    );
}

fn keystream<C: KeyIvInit + StreamCipher>(key: &[u8], start: &[u8; 16], out: &mut [u8]) -> bool {
    let Ok(mut cipher) = C::new_from_slices(key, start) else { return false };
    let applied: Result<(), StreamCipherError> = cipher.try_apply_keystream(out);
    applied.is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::{MasterKey, Suite};
    use super::*;
    use crate::srtp::transform::tests::octets;

    fn derived(master: &MasterKey, label: Label, length: usize) -> Vec<u8> {
        let mut key = vec![0; length];
        derive(master, label, &mut key);
        key
    }

    /// RFC 3711 appendix B.3.
    #[test]
    fn keys_of_128_bits() {
        let key = octets("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
        let master = MasterKey::new(Suite::AesCm128HmacSha1_80, &key).unwrap();
        assert_eq!(derived(&master, Label::RtpEncryption, 16), octets("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(derived(&master, Label::RtpSalt, 14), octets("30CBBC08863D8C85D49DB34A9AE1"));
        let authentication = "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE \
                              E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25 \
                              6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2";
        assert_eq!(derived(&master, Label::RtpAuthentication, 94), octets(authentication));
    }

    /// RFC 6188 §7.2.
    #[test]
    fn keys_of_256_bits() {
        let key = octets(
            "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2",
        );
        let master = MasterKey::new(Suite::AesCm256HmacSha1_80, &key).unwrap();
        let encryption = "5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4";
        assert_eq!(derived(&master, Label::RtpEncryption, 32), octets(encryption));
        assert_eq!(derived(&master, Label::RtpSalt, 14), octets("fa31791685ca444a9e07c6c64e93"));
        let authentication = octets("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
        assert_eq!(derived(&master, Label::RtpAuthentication, 20), authentication);
    }
}
