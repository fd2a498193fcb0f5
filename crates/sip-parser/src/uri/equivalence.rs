//! When two URIs mean the same (RFC 3261 §19.1.4).

use super::Uri;
use super::escapes::octet_at;
use crate::header::Params;

/// Parameters that a URI must not have alone: without them it means something else.
const NEVER_ALONE: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

/// Parameters, and headers, that are compared one by one. URIs with more are the same only as they are written: a peer
/// must not buy much of our time with one message.
const COMPARED: usize = 64;

/// Whether two SIP URIs mean the same.
pub(super) fn same(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    a.scheme().eq_ignore_ascii_case(b.scheme())
        && both(a.user(), b.user(), alike)
        && both(a.password(), b.password(), alike)
        && a.host.same(&b.host)
        && a.port == b.port
        && same_params(a.params(), b.params())
        && same_headers(a.headers(), b.headers())
}

/// Whether both are absent, or both are there and fit.
fn both(a: Option<&str>, b: Option<&str>, fit: fn(&str, &str) -> bool) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => fit(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// The same octets, escaped or not. An escape of a reserved character is not that character, which would divide.
fn alike(a: &str, b: &str) -> bool {
    symbols(a).eq(symbols(b))
}

/// The same without regard to case.
fn alike_in_any_case(a: &str, b: &str) -> bool {
    let lower = |symbol: u16| match u8::try_from(symbol) {
        Ok(octet) => u16::from(octet.to_ascii_lowercase()),
        Err(_) => symbol,
    };
    symbols(a).map(lower).eq(symbols(b).map(lower))
}

/// Octets with their escapes undone; those of reserved characters lie beyond all octets.
fn symbols(text: &str) -> impl Iterator<Item = u16> {
    let mut rest = text.as_bytes();
    core::iter::from_fn(move || {
        let (octet, length) = octet_at(rest)?;
        rest = &rest[length..];
        let reserved = length > 1 && b";/?:@&=+$,".contains(&octet);
        Some(u16::from(octet) | if reserved { 0x100 } else { 0 })
    })
}

fn same_params(a: Params<'_>, b: Params<'_>) -> bool {
    if [a, b].iter().any(|params| params.iter().nth(COMPARED).is_some()) {
        return a == b;
    }
    params_agree(a, b) && params_agree(b, a)
}

/// Every parameter that both have is equal, and those that must not stand alone do not. Where a name stands twice,
/// against the grammar, one of its values has to fit.
fn params_agree(a: Params<'_>, b: Params<'_>) -> bool {
    a.iter().all(|(name, value)| {
        let mut others = b.iter().filter(|(other, _)| alike_in_any_case(name, other)).peekable();
        match others.peek() {
            Some(_) => others.any(|(_, other)| both(value, other, alike_in_any_case)),
            None => !NEVER_ALONE.iter().any(|known| alike_in_any_case(name, known)),
        }
    })
}

/// Headers are never ignored: each stands in both, as often.
fn same_headers(a: &str, b: &str) -> bool {
    if [a, b].iter().any(|headers| fields(headers).nth(COMPARED).is_some()) {
        return a == b;
    }
    let times = |headers, (name, value): (&str, &str)| {
        fields(headers).filter(|(n, v)| alike_in_any_case(n, name) && alike(v, value)).count()
    };
    fields(a).count() == fields(b).count() && fields(a).all(|field| times(a, field) == times(b, field))
}

/// Name and value of each header.
fn fields(headers: &str) -> impl Iterator<Item = (&str, &str)> {
    let whole = headers.split('&').filter(|field| !field.is_empty());
    whole.map(|field| field.split_once('=').unwrap_or((field, "")))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let (a, b) = (Uri::parse(a).unwrap(), Uri::parse(b).unwrap());
        assert_eq!(a.equivalent(&b), b.equivalent(&a), "{a} and {b}");
        assert!(a.equivalent(&a) && b.equivalent(&b));
        a.equivalent(&b)
    }

    #[test]
    fn the_equal_examples_of_the_rfc() {
        for (a, b) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert!(same(a, b), "{a} and {b}");
        }
    }

    #[test]
    fn the_unequal_examples_of_the_rfc() {
        for (a, b) in [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ] {
            assert!(!same(a, b), "{a} and {b}");
        }
    }

    #[test]
    fn being_the_same_is_not_handed_on() {
        let (on, off) = ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off");
        assert!(same("sip:carol@chicago.com", on) && same("sip:carol@chicago.com", off) && !same(on, off));
    }

    #[test]
    fn what_the_examples_leave_open() {
        assert!(!same("sip:a@b", "sips:a@b"), "the scheme counts");
        assert!(!same("sip:a%3Bb@c", "sip:a;b@c"), "an escaped reserved character is another one");
        assert!(same("sip:a%2dB@c", "sip:a-B@c") && !same("sip:a-b@c", "sip:a-B@c"));
        assert!(same("sip:a%3bb@c", "sip:a%3Bb@c"), "the case of an escape does not count");
        assert!(!same("sip:a:pw@b", "sip:a@b") && !same("sip:a:pw@b", "sip:a:PW@b"));
        assert!(same("sip:[2001:DB8::1]", "sip:[2001:db8:0::1]"), "addresses are compared by value");
        assert!(!same("sip:a@b;maddr=c", "sip:a@b") && !same("sip:a@b;ttl=1", "sip:a@b"));
        assert!(!same("sip:a@b;lr=on", "sip:a@b;lr") && same("sip:a@b;%6Cr", "sip:a@b;LR"));
        assert!(
            !same("sip:a@b;x=1;x", "sip:a@b;x=2"),
            "and a parameter that stands twice is the same as itself"
        );
        assert!(!same("sip:a@b?x=1&x=1&y=2", "sip:a@b?x=1&y=2&y=2"));
        assert!(!same("http://a/b", "http://a/B") && same("HTTP://a/b", "http://a/b"));
    }

    #[test]
    fn uris_without_end_are_compared_in_bounded_time() {
        let long = |param: &str| format!("sip:a@b{}", param.repeat(20_000));
        assert!(same(&long(";a"), &long(";a")) && !same(&long(";a"), &long(";b")));
        let long = |field: &str| format!("sip:a@b?{}", field.repeat(20_000));
        assert!(same(&long("a&"), &long("a&")) && !same(&long("a&"), &long("b&")));
    }
}
