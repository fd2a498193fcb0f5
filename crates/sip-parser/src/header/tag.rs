//! Tags of From and To, found without reading the URI before them.

use wire_text::{Found, Sixteen, all};

use super::name_addr::Parts;

/// The tag in the value of From or To; `None` where there is none.
pub(crate) fn tag_in(value: &str) -> Option<&str> {
    let params = Parts::of(value).ok()?.params;
    // Nearly all are written so.
    match params.0.strip_prefix(";tag=") {
        Some(tag) if all(tag.as_bytes(), plain) => Some(tag),
        _ => params.get("tag").flatten(),
    }
}

/// Octets that end no parameter, and have no meaning of their own in one.
fn plain(octets: Sixteen) -> Found {
    let letters = octets.lower().within(b'a', b'z');
    letters | octets.within(b'0', b'9') | octets.within(b'*', b'.') | octets.equal(b'_') | octets.equal(b'~')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NameAddr;

    #[test]
    fn tags_are_those_of_the_header() {
        for (to, tag) in [
            ("<sip:bob@x>;tag=1", Some("1")),
            ("<sip:bob@x;tag=2>", None),
            ("Bob <sip:bob@x;tag=2>;q=1 ; TAG = 3", Some("3")),
            ("\"a<b>;tag=0\" <sip:bob@x>;tag=4", Some("4")),
            ("sip:bob@x;tag=5", Some("5")),
            ("<sip:bob@x>;x=\"a;tag=1\";tag=6", Some("6")),
            ("<sip:bob@x>;x=\"<\";tag=6", Some("6")),
            ("<sip:bob@x>;tag", None),
            ("<sip:bob@x>;tag=7;tag=8", Some("7")),
            ("<sip:bob@x>;tag= 9", Some("9")),
            ("<sip:bob@x>;tag=\"10\"", Some("10")),
            ("<sip:bob@x>;tag=", Some("")),
            ("<sip:bob@x>", None),
        ] {
            assert_eq!(tag_in(to), tag, "{to}");
            assert_eq!(NameAddr::parse(to).unwrap().tag(), tag, "{to}");
        }
    }

    proptest::proptest! {
        #[test]
        fn of_every_address_it_is_the_tag(text in "(\"[<>;a]{0,4}\"|[a-c ]{0,3})[<]?sip:a@b[;a=g]{0,4}[>]?(;(tag|x)[=\";<> ,a-c_~-]{0,6}){0,3}") {
            if let Ok(address) = NameAddr::parse(&text) {
                proptest::prop_assert_eq!(tag_in(&text), address.tag(), "{}", text);
            }
        }
    }
}
