//! Which messages are wanted.

use std::net::IpAddr;

use sip_ua::guard::Network;

/// The messages of these networks and these methods; of all where none are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where the peers are.
    pub networks: Vec<Network>,
    /// Methods of requests; their responses belong to them.
    pub methods: Vec<String>,
}

impl Selection {
    pub(super) fn wants(&self, peer: IpAddr, message: &[u8]) -> bool {
        let is_peer = self.networks.is_empty() || self.networks.iter().any(|network| network.contains(peer));
        is_peer && (self.methods.is_empty() || self.names(method_of(message)))
    }

    fn names(&self, method: &[u8]) -> bool {
        self.methods.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(method))
    }
}

/// The method of a request, or of the request that a response answers; empty where it cannot be read.
fn method_of(message: &[u8]) -> &[u8] {
    if !message.starts_with(b"SIP/2.0 ") {
        return message.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    }
    let head = message.split(|octet| *octet == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let sequence = head.filter_map(|line| line.split_at_checked(4)).find_map(|(name, value)| {
        let value = value.trim_ascii_start().strip_prefix(b":")?;
        name.eq_ignore_ascii_case(b"CSeq").then_some(value)
    });
    let words = sequence.unwrap_or_default().split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty()).nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_those_of_requests_and_of_what_responses_answer() {
        assert_eq!(method_of(b"INVITE sip:a@b SIP/2.0\r\nCSeq: 7 INVITE\r\n\r\n"), b"INVITE");
        assert_eq!(
            method_of(b"SIP/2.0 200 OK\r\nCall-ID: 1\r\ncseq :  7   BYE \r\n\r\nCSeq: 1 INVITE"),
            b"BYE"
        );
        for odd in
            [&b""[..], b"\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\nCSeq: 1 INVITE", b"SIP/2.0 200 OK\r\nCSeq: 1"]
        {
            assert_eq!(method_of(odd), b"", "{odd:?}");
        }
    }

    #[test]
    fn who_names_a_network_and_a_method_wants_what_fits_both() {
        let mut selection = Selection::default();
        let wants = |selection: &Selection, peer: &str, message: &str| {
            selection.wants(peer.parse().unwrap(), message.as_bytes())
        };
        assert!(wants(&selection, "192.0.2.1", "") && wants(&selection, "::1", "INVITE sip:a@b"));
        selection.methods = vec!["invite".to_owned(), "BYE".to_owned()];
        assert!(wants(&selection, "192.0.2.1", "INVITE sip:a@b") && wants(&selection, "::1", "BYE sip:a@b"));
        assert!(!wants(&selection, "192.0.2.1", "OPTIONS sip:a@b") && !wants(&selection, "::1", ""));
        selection.networks = vec![Network::parse("192.0.2.0/24").unwrap()];
        assert!(wants(&selection, "192.0.2.1", "INVITE sip:a@b"));
        assert!(wants(&selection, "::ffff:192.0.2.1", "INVITE sip:a@b"));
        assert!(!wants(&selection, "192.0.3.1", "INVITE sip:a@b"));
        assert!(!wants(&selection, "192.0.2.1", "OPTIONS sip:a@b"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_has_a_method_or_none(message: Vec<u8>, status: bool) {
            let message = if status { [b"SIP/2.0 ".as_slice(), &message].concat() } else { message };
            proptest::prop_assert!(!method_of(&message).iter().any(u8::is_ascii_whitespace));
        }
    }
}
