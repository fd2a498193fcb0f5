//! Every message as it went over the wire, but for the keys in it: for an observer, and at level `TRACE` under the target
//! `sip_ua::wire`.

use std::borrow::Cow;
use std::sync::Arc;

use crate::observer::{MessageDirection, MessageObserver};
use crate::transport::Flow;

/// Who is shown the messages.
#[derive(Default)]
pub(super) struct WireLog {
    pub(super) observer: Option<Arc<dyn MessageObserver>>,
}

impl WireLog {
    pub(super) fn received(&self, flow: &Flow, bytes: &[u8]) {
        tracing::trace!(target: "sip_ua::wire", %flow, message = %String::from_utf8_lossy(&shown(bytes)), "received");
        self.show(MessageDirection::Received, flow, bytes);
    }

    pub(super) fn sent(&self, flow: &Flow, bytes: &[u8]) {
        tracing::trace!(target: "sip_ua::wire", %flow, message = %String::from_utf8_lossy(&shown(bytes)), "sent");
        self.show(MessageDirection::Sent, flow, bytes);
    }

    fn show(&self, direction: MessageDirection, flow: &Flow, bytes: &[u8]) {
        if let Some(observer) = &self.observer {
            observer.observe(direction, flow, &shown(bytes));
        }
    }
}

/// What comes before a key of Secure RTP in a session description (RFC 4568 §9.2).
const KEY: &[u8] = b"inline:";

/// The message without the keys of its media: who reads them can listen in. Its length stays as it is.
fn shown(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(mut at) = find_key(bytes) else { return Cow::Borrowed(bytes) };
    let mut masked = bytes.to_vec();
    while let Some(rest) = masked.get_mut(at..) {
        let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=');
        let length = rest.iter().take_while(|octet| is_base64(octet)).count();
        let (key, after) = rest.split_at_mut(length);
        key.fill(b'*');
        let Some(next) = find_key(after) else { break };
        at += length + next;
    }
    masked.into()
}

/// Where the octets of the next key begin.
fn find_key(bytes: &[u8]) -> Option<usize> {
    bytes.windows(KEY.len()).position(|word| word.eq_ignore_ascii_case(KEY)).map(|at| at + KEY.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_masked() {
        let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4;Inline:QUJ+/A== X\r\n";
        let masked = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:****************************************|2^20|1:4;Inline:******** X\r\n";
        assert_eq!(
            &*shown(format!("v=0\r\n{line}{line}").as_bytes()),
            format!("v=0\r\n{masked}{masked}").as_bytes()
        );
        assert_eq!(&*shown(b"INVITE sip:a@b SIP/2.0\r\n"), b"INVITE sip:a@b SIP/2.0\r\n");
        assert_eq!(&*shown("inline:\u{fc}inline:".as_bytes()), "inline:\u{fc}inline:".as_bytes());
    }
}
