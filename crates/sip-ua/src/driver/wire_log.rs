//! Every message as it went over the wire, at level `TRACE` under the target `sip_ua::wire`, but for the keys in it.

use std::borrow::Cow;

use crate::transport::Flow;

pub(super) fn received(flow: &Flow, bytes: &[u8]) {
    tracing::trace!(target: "sip_ua::wire", %flow, message = %shown(bytes), "received");
}

pub(super) fn sent(flow: &Flow, bytes: &[u8]) {
    tracing::trace!(target: "sip_ua::wire", %flow, message = %shown(bytes), "sent");
}

/// What comes before a key of Secure RTP in a session description (RFC 4568 §9.2).
const KEY: &str = "inline:";

/// The message without the keys of its media: who reads them can listen in.
fn shown(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if find_key(&text).is_none() {
        return text;
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = find_key(rest) {
        let (before, key) = rest.split_at(at);
        masked.push_str(before);
        masked.push('*');
        rest = key.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    }
    masked.push_str(rest);
    masked.into()
}

/// Where the octets of the next key begin.
fn find_key(text: &str) -> Option<usize> {
    let is_key = |word: &[u8]| word.eq_ignore_ascii_case(KEY.as_bytes());
    text.as_bytes().windows(KEY.len()).position(is_key).map(|at| at + KEY.len())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn keys_are_masked() {
        let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4;Inline:QUJ+/A== X\r\n";
        let masked = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:*|2^20|1:4;Inline:* X\r\n";
        assert_eq!(shown(format!("v=0\r\n{line}{line}").as_bytes()), format!("v=0\r\n{masked}{masked}"));
        assert_eq!(shown(b"INVITE sip:a@b SIP/2.0\r\n"), "INVITE sip:a@b SIP/2.0\r\n");
        assert_eq!(shown("inline:\u{fc}".as_bytes()), "inline:*\u{fc}");
    }
}
