//! A reply to bytes that are no sound SIP request, made from those parts of it that can be read.

use bytes::Bytes;

/// Longest reason sent back; it may quote what the peer wrote.
const MAX_REASON: usize = 100;

/// Headers that a response copies from its request (RFC 3261 section 8.2.6.2): name, compact form.
const COPIED: [(&str, &str); 5] = [("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", "")];

/// A response with `status` and `reason` to `request`, or none where silence is right: `request` is a response, an
/// ACK, or lacks what the sender needs to recognise the reply (`Via`, `CSeq`).
///
/// `to_tag` is added where the request has none.
pub(super) fn reply(request: &[u8], status: u16, reason: &str, to_tag: &str) -> Option<Bytes> {
    let text = unfolded(std::str::from_utf8(head(request)).ok()?);
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    let wants_reply = lines.next().is_some_and(is_request_line);
    if !wants_reply {
        return None;
    }
    let mut reply = format!("SIP/2.0 {status} {}\r\n", printable(reason));
    let mut copied = [0_usize; COPIED.len()];
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let Some(index) = COPIED.iter().position(|header| is_named(name, *header)) else { continue };
        if (index > 0 && copied[index] > 0) || value.chars().any(char::is_control) {
            continue;
        }
        copied[index] += 1;
        let tag =
            if index == 2 && !value.contains("tag=") { format!(";tag={to_tag}") } else { String::new() };
        reply.push_str(&format!("{}: {}{tag}\r\n", COPIED[index].0, value.trim()));
    }
    // A client finds its transaction by the branch in Via and the method in CSeq (RFC 3261 section 17.1.3).
    let [via, _, _, _, cseq] = copied;
    let recognisable = via > 0 && cseq > 0;
    reply.push_str("Content-Length: 0\r\n\r\n");
    recognisable.then(|| reply.into())
}

/// Everything before the body.
fn head(request: &[u8]) -> &[u8] {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n");
    &request[..end.unwrap_or(request.len())]
}

/// The head with folded lines made one (RFC 3261 section 7.3.1).
fn unfolded(head: &str) -> String {
    head.replace("\r\n ", "   ").replace("\r\n\t", "   ")
}

/// Whether the first line is that of a SIP request which expects a response.
fn is_request_line(line: &str) -> bool {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let method = words.next().unwrap_or_default();
    let is_token =
        !method.is_empty() && method.chars().all(|c| c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c));
    let is_sip = words
        .next_back()
        .is_some_and(|version| version.get(..4).is_some_and(|v| v.eq_ignore_ascii_case("SIP/")));
    is_token && is_sip && method != "ACK"
}

fn is_named(name: &str, (full, compact): (&str, &str)) -> bool {
    let name = name.trim_end();
    name.eq_ignore_ascii_case(full) || (!compact.is_empty() && name.eq_ignore_ascii_case(compact))
}

/// A reason phrase without anything that could end its line.
fn printable(reason: &str) -> String {
    reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP i\r\n\
        From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: zero OPTIONS\r\n\r\nTo: body\r\n";

    #[test]
    fn what_the_sender_needs_is_copied() {
        let reply = reply(REQUEST.as_bytes(), 400, "Bad CSeq\r\nEvil: 1", "tag").unwrap();
        assert_eq!(
            std::str::from_utf8(&reply).unwrap(),
            "SIP/2.0 400 Bad CSeq  Evil: 1\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP i\r\n\
             From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=tag\r\nCall-ID: x\r\nCSeq: zero OPTIONS\r\n\
             Content-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn folded_lines_are_copied_whole() {
        let request = REQUEST.replace("UDP h;", "UDP\r\n\th;").replace("CSeq: ", "CSeq:\r\n ");
        let reply = reply(request.as_bytes(), 400, "Bad", "tag").unwrap();
        let reply = std::str::from_utf8(&reply).unwrap();
        assert!(reply.contains("Via: SIP/2.0/UDP   h;branch=z9hG4bK1\r\n"), "{reply}");
        assert!(reply.contains("CSeq: zero OPTIONS\r\n"), "{reply}");
    }

    #[test]
    fn silence_where_a_reply_is_wrong_or_useless() {
        let refused = |text: String| reply(text.as_bytes(), 400, "Bad", "tag").is_none();
        assert!(refused(REQUEST.replace("OPTIONS sip", "ACK sip")));
        assert!(refused(REQUEST.replace("OPTIONS sip:a@b SIP/2.0", "SIP/2.0 200 OK")));
        assert!(refused(REQUEST.replace("SIP/2.0\r\nv", "HTTP/1.1\r\nv")));
        assert!(refused(REQUEST.replace("CSeq", "CSec")));
        assert!(refused(REQUEST.replace("v:", "w:").replace("Via:", "Wia:")));
        assert!(refused(String::new()));
        assert!(reply(&[0xff, 0xfe, 0], 400, "Bad", "tag").is_none());
    }
}
