//! Words for ourselves that stay the same over restarts, made of what does not change.

use sha2::{Digest as _, Sha256};

/// An instance identifier for `+sip.instance` (RFC 5626 section 4.1): a UUID of version 8 (RFC 9562 section 5.8) made of
/// `parts`. The same parts make the same one, so a device that knows its parts needs no place to keep it; the parts
/// cannot be read out of it.
///
/// ```
/// let instance = sip_ua::registration::instance_of(&["4c4c4544", "/etc/asterisk"]);
/// assert!(instance.starts_with("urn:uuid:") && instance.len() == 45);
/// assert_eq!(instance, sip_ua::registration::instance_of(&["4c4c4544", "/etc/asterisk"]));
/// assert_ne!(instance, sip_ua::registration::instance_of(&["4c4c45", "44/etc/asterisk"]));
/// ```
#[must_use]
pub fn instance_of(parts: &[&str]) -> String {
    let mut octets = digest_of("instance", parts);
    octets[6] = octets[6] & 0x0f | 0x80;
    octets[8] = octets[8] & 0x3f | 0x80;
    let text = hex(&octets[..16]);
    format!("urn:uuid:{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A word for the `line` parameter of a Contact, made of `parts` in the same way. Whoever does not know the parts cannot
/// guess it, so a call that brings it comes from somebody who saw our Contact.
#[must_use]
pub fn line_of(parts: &[&str]) -> String {
    hex(&digest_of("line", parts)[..8])
}

fn digest_of(purpose: &str, parts: &[&str]) -> [u8; 32] {
    let begun = Sha256::new().chain_update(purpose);
    // The lengths keep apart what would read the same joined.
    let whole = parts.iter().fold(begun, |digest, part| {
        digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)
    });
    whole.finalize().into()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
