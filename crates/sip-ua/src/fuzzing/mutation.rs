//! What may happen to a message on its way.

use super::input::Input;

/// Headers that change what becomes of a message.
const HEADERS: &[&str] = &[
    "Require: 100rel",
    "Require: timer",
    "Require: nothing-known",
    "Supported: 100rel, timer, replaces, norefersub",
    "RSeq: 1",
    "RSeq: 4294967295",
    "RAck: 1 1 INVITE",
    "Session-Expires: 90",
    "Session-Expires: 90;refresher=uac",
    "Session-Expires: 90;refresher=uas",
    "Session-Expires: 4294967295;refresher=uas",
    "Min-SE: 90",
    "Min-SE: 4294967295",
    "Expires: 0",
    "Expires: 1",
    "Expires: 4294967295",
    "Min-Expires: 4294967295",
    "Retry-After: 0",
    "Retry-After: 4294967295",
    "Max-Forwards: 0",
    "Allow: INVITE, ACK",
    "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER, SUBSCRIBE, NOTIFY",
    "Contact: *",
    "Contact: <sip:elsewhere@203.0.113.9>",
    "Contact: <tel:+15550100>",
    "Record-Route: <sip:203.0.113.7;lr>",
    "Route: <sip:203.0.113.8;lr>",
    "Via: SIP/2.0/UDP 203.0.113.6;branch=z9hG4bK-other",
    "Event: dialog",
    "Event: refer;id=1",
    "Event: unheard-of",
    "Subscription-State: active;expires=0",
    "Subscription-State: active;expires=4294967295",
    "Subscription-State: pending",
    "Subscription-State: terminated;reason=deactivated;retry-after=0",
    "Subscription-State: terminated;reason=noresource",
    "Refer-To: <sip:carol@192.0.2.3>",
    "Refer-To: <sip:carol@192.0.2.3?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>",
    "Refer-Sub: false",
    "Replaces: call;to-tag=one;from-tag=two",
    "Content-Type: message/sipfrag",
    "Content-Encoding: gzip",
    "Content-Length: 0",
    "Content-Length: 70000",
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
    "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", algorithm=SHA-256, stale=true",
];

/// Methods that a start line may name instead.
const METHODS: &[&str] = &[
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "INFO",
    "PRACK",
    "UPDATE",
    "REFER",
    "SUBSCRIBE",
    "NOTIFY",
    "MESSAGE",
    "REGISTER",
    "PUBLISH",
    "UNKNOWN",
];

/// Changes a message as the input says. `other` is one that was sent earlier, which lends its headers.
pub(super) fn mutate(octets: &mut Vec<u8>, other: &[u8], input: &mut Input<'_>) {
    match input.octet() % 15 {
        0 => flip(octets, input),
        1 => octets.truncate(input.far_place(octets.len())),
        2 => insert(octets, input),
        kind => {
            let (mut lines, body) = divide(octets);
            mutate_lines(kind, &mut lines, other, input);
            *octets = join(&lines, body);
        }
    }
}

fn flip(octets: &mut [u8], input: &mut Input<'_>) {
    let (place, bits) = (input.far_place(octets.len()), input.octet());
    if let Some(octet) = octets.get_mut(place) {
        *octet ^= bits;
    }
}

fn insert(octets: &mut Vec<u8>, input: &mut Input<'_>) {
    let place = input.far_place(octets.len() + 1);
    let more = input.octets();
    octets.splice(place..place, more.iter().copied());
}

fn mutate_lines(kind: u8, lines: &mut Vec<Vec<u8>>, other: &[u8], input: &mut Input<'_>) {
    let (first, second) = (input.place(lines.len()), input.octet());
    let there = usize::from(second) % lines.len().max(1);
    match kind {
        3 => lines.swap(first, there),
        4 => lines.insert(there, lines[first].clone()),
        5 => drop(lines.remove(first)),
        6 => replace_number(lines, u32::from(second).wrapping_sub(2)),
        7 => replace_method(lines, METHODS[usize::from(second) % METHODS.len()], first.is_multiple_of(2)),
        8 => replace_status(lines, input.number()),
        9 => drop_tag(lines, if second.is_multiple_of(2) { b"To:" } else { b"From:" }),
        10 => change_branch(lines, second),
        11 | 12 => {
            lines.insert(first.max(1).min(lines.len()), HEADERS[usize::from(second) % HEADERS.len()].into())
        }
        _ => borrow(lines, first, other),
    }
}

/// The lines before the body, and the body.
fn divide(octets: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = octets.split_at(end.unwrap_or(octets.len()));
    let lines = head.split(|&octet| octet == b'\n').map(|line| line.trim_ascii_end().to_vec()).collect();
    (lines, body.get(4..).unwrap_or_default().to_vec())
}

fn join(lines: &[Vec<u8>], body: Vec<u8>) -> Vec<u8> {
    let mut octets = Vec::new();
    for line in lines {
        octets.extend_from_slice(line);
        octets.extend_from_slice(b"\r\n");
    }
    octets.extend_from_slice(b"\r\n");
    octets.extend(body);
    octets
}

/// Moves the number of CSeq by `by`, or makes it the greatest when it is no number.
fn replace_number(lines: &mut [Vec<u8>], by: u32) {
    let Some(line) = lines.iter_mut().find(|line| line.starts_with(b"CSeq:")) else { return };
    let text = String::from_utf8_lossy(line).into_owned();
    let mut words = text.split_whitespace().skip(1);
    let number: u32 = words.next().and_then(|word| word.parse().ok()).unwrap_or(u32::MAX);
    *line = format!("CSeq: {} {}", number.wrapping_add(by), words.next().unwrap_or_default()).into_bytes();
}

/// Another method in the start line of a request, and in CSeq too if `both`.
fn replace_method(lines: &mut [Vec<u8>], method: &str, both: bool) {
    for (index, line) in lines.iter_mut().enumerate() {
        let text = String::from_utf8_lossy(line).into_owned();
        if index == 0 && !text.starts_with("SIP/") {
            *line = format!("{method} {}", text.split_once(' ').map_or("", |(_, rest)| rest)).into_bytes();
        } else if both && text.starts_with("CSeq:") {
            let number = text.split_whitespace().nth(1).unwrap_or_default();
            *line = format!("CSeq: {number} {method}").into_bytes();
        }
    }
}

fn replace_status(lines: &mut [Vec<u8>], number: u16) {
    if let Some(line) = lines.first_mut().filter(|line| line.starts_with(b"SIP/2.0 ")) {
        *line = format!("SIP/2.0 {} Changed", 100 + number % 600).into_bytes();
    }
}

fn drop_tag(lines: &mut [Vec<u8>], header: &[u8]) {
    let Some(line) = lines.iter_mut().find(|line| line.starts_with(header)) else { return };
    if let Some(place) = line.windows(5).position(|five| five == b";tag=") {
        line.truncate(place);
    }
}

fn change_branch(lines: &mut [Vec<u8>], octet: u8) {
    let Some(line) = lines.iter_mut().find(|line| line.starts_with(b"Via:")) else { return };
    if let Some(place) = line.windows(7).position(|seven| seven == b"branch=") {
        let letter = b'a' + octet % 26;
        line.insert(place + 14.min(line.len() - place), letter);
    }
}

/// Writes a header as the other message has it.
fn borrow(lines: &mut [Vec<u8>], place: usize, other: &[u8]) {
    let Some(line) = lines.get_mut(place) else { return };
    let name = line.split(|&octet| octet == b':').next().unwrap_or_default();
    let (theirs, _) = divide(other);
    let same = |theirs: &&Vec<u8>| theirs.split(|&octet| octet == b':').next() == Some(name);
    if let Some(theirs) = theirs.iter().find(same) {
        *line = theirs.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYE: &[u8] = b"BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nCSeq: 2 BYE\r\nTo: <sip:a>;tag=t\r\n\r\nbody";

    fn mutated(steps: &[u8]) -> String {
        let mut octets = BYE.to_vec();
        mutate(&mut octets, b"INFO sip:b SIP/2.0\r\nTo: <sip:b>\r\n\r\n", &mut Input::new(steps));
        String::from_utf8_lossy(&octets).into_owned()
    }

    #[test]
    fn each_change_changes_what_it_names() {
        assert!(mutated(&[0, 0, 0, 1]).starts_with("CYE "));
        assert_eq!(mutated(&[1, 0, 3]), "BYE");
        assert!(mutated(&[2, 0, 0, 0, 2, b'x', b'y']).starts_with("xyBYE "));
        assert!(mutated(&[3, 1, 2]).contains("\r\nCSeq: 2 BYE\r\nVia:"));
        assert_eq!(mutated(&[4, 2, 2]).matches("CSeq").count(), 2);
        assert!(!mutated(&[5, 3, 0]).contains("To:"));
        assert!(mutated(&[6, 0, 1]).contains("CSeq: 1 BYE"));
        assert!(
            mutated(&[7, 0, 0]).starts_with("INVITE sip:a SIP/2.0")
                && mutated(&[7, 0, 0]).contains("2 INVITE")
        );
        assert!(mutated(&[7, 1, 0]).contains("2 BYE"));
        assert!(!mutated(&[9, 0, 0]).contains("tag"));
        assert!(mutated(&[10, 0, 1]).contains("branch=z9hG4bKbx"));
        assert!(mutated(&[11, 1, 0]).contains("\r\nRequire: 100rel\r\n"));
        assert!(mutated(&[13, 3, 0]).contains("To: <sip:b>\r\n"));
        assert!((3..15).all(|kind| mutated(&[kind, 1, 1]).ends_with("\r\n\r\nbody")));
    }

    #[test]
    fn statuses_change_in_responses_alone() {
        let mut octets = b"SIP/2.0 200 OK\r\n\r\n".to_vec();
        mutate(&mut octets, b"", &mut Input::new(&[8, 0, 0, 0, 80]));
        assert_eq!(octets, b"SIP/2.0 180 Changed\r\n\r\n");
        assert!(mutated(&[8, 0, 0, 0, 80]).starts_with("BYE sip:a"));
    }
}
