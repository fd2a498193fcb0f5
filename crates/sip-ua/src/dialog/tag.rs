//! Tags of From and To, found without reading the URI before them.

use sip_parser::{HeaderName, Message, NameAddr, Params};

/// The tag in From or To of a message whose addresses have been read once, as those of every request and every response that
/// belongs to a transaction; `None` where there is none.
pub(crate) fn tag_of<'m>(message: &'m Message, header: &HeaderName) -> Option<&'m str> {
    let value = message.raw(header)?;
    if value.contains('"') {
        // Brackets may stand in a name.
        return NameAddr::parse(value).ok()?.tag();
    }
    let behind_uri = match value.split_once('<') {
        Some((_, bracketed)) => bracketed.split_once('>')?.1,
        None => value,
    };
    Params::new(behind_uri).get("tag").flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_of_the_header() {
        for (to, tag) in [
            ("<sip:bob@x>;tag=1", Some("1")),
            ("<sip:bob@x;tag=2>", None),
            ("Bob <sip:bob@x;tag=2>;q=1 ; TAG = 3", Some("3")),
            ("\"a<b>;tag=0\" <sip:bob@x>;tag=4", Some("4")),
            ("sip:bob@x;tag=5", Some("5")),
            ("<sip:bob@x>;x=\"a;tag=1\";tag=6", Some("6")),
            ("<sip:bob@x>;tag", None),
            ("<sip:bob@x>", None),
        ] {
            let message = Message::parse(format!("INFO sip:b SIP/2.0\r\nTo: {to}\r\n\r\n").into()).unwrap();
            assert_eq!(tag_of(&message, &HeaderName::To), tag, "{to}");
            assert_eq!(message.to().unwrap().tag(), tag, "{to}");
        }
    }
}
