//! Who a request is from and to, as From and To may say it.

use std::borrow::Cow;

use sip_parser::Uri;

/// Parameters that tell the way to somebody, or what to ask there, and not who that is.
const OF_THE_WAY: [&str; 5] = ["transport", "maddr", "ttl", "lr", "method"];

/// An address as it may stand in From and To outside of dialogs: a URI in brackets, so that a parameter after it is the
/// header's, without port, headers and the parameters that lead somewhere (RFC 3261 section 19.1.1, table 1). The contact of
/// a phone has all of these, and so may what a configuration names.
pub(super) struct Party<'a> {
    /// The display name, and the bracket.
    name: &'a str,
    /// Scheme, user and host.
    address: &'a str,
    params: Cow<'a, str>,
    /// From the closing bracket on.
    end: &'a str,
}

impl<'a> Party<'a> {
    /// Reads `address`: a URI, or one in brackets with a display name. What is neither stays as it is.
    pub(super) fn of(address: &'a str) -> Self {
        let (name, uri, end) = parts(address);
        match Uri::parse(uri).ok().filter(Uri::is_sip) {
            Some(uri) => {
                Self { name, address: uri.without_port(), params: uri.params_without(&OF_THE_WAY), end }
            }
            None => Self { name, address: uri, params: Cow::Borrowed(""), end },
        }
    }

    /// What to write, one after the other.
    pub(super) fn pieces(&self) -> [&str; 4] {
        [self.name, self.address, &self.params, self.end]
    }
}

/// What stands before the URI, the URI, and what stands behind it.
fn parts(address: &str) -> (&str, &str, &str) {
    // A display name may hold a bracket itself.
    let quoted = address.trim_start().starts_with('"').then(|| address.rfind('"')).flatten().unwrap_or(0);
    let open = address.get(quoted..).and_then(|rest| rest.find('<')).map(|open| quoted + open + 1);
    let Some((name, rest)) = open.and_then(|open| address.split_at_checked(open)) else {
        return ("<", address, ">");
    };
    let close = rest.find('>').unwrap_or(rest.len());
    let (uri, end) = rest.split_at_checked(close).unwrap_or((rest, ""));
    (name, uri, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(address: &str) -> String {
        Party::of(address).pieces().concat()
    }

    #[test]
    fn the_way_to_a_party_is_not_told() {
        assert_eq!(written("sip:bob@bob.invalid;transport=ws"), "<sip:bob@bob.invalid>");
        assert_eq!(
            written("sip:bob@192.0.2.1:5062;ob;Transport=TCP;line=1"),
            "<sip:bob@192.0.2.1;ob;line=1>"
        );
        assert_eq!(
            written("\"B <o> b\" <sip:b@[2001:db8::1]:5070;lr?Subject=x>"),
            "\"B <o> b\" <sip:b@[2001:db8::1]>"
        );
        assert_eq!(written("sip:bob@192.0.2.1;%74ransport=tcp;x"), "<sip:bob@192.0.2.1;x>");
        assert_eq!(
            written("sip:alice@example.com;maddr=192.0.2.1;ttl=1;method=BYE;user=phone"),
            "<sip:alice@example.com;user=phone>"
        );
    }

    #[test]
    fn who_somebody_is_stays_as_it_is_written() {
        for plain in [
            "<sip:bob@example.com>",
            "Bob <sips:bob@example.com;user=phone>",
            "<tel:+1;x=y>",
            "<sip:a@b>;x=y",
        ] {
            assert_eq!(written(plain), plain);
        }
        assert_eq!(written("sip:gruu@example.com;gr=urn:uuid:1"), "<sip:gruu@example.com;gr=urn:uuid:1>");
        assert_eq!(written("nonsense"), "<nonsense>");
        assert_eq!(written("<sip:open@example.com:5070"), "<sip:open@example.com");
        assert_eq!(written(""), "<>");
    }
}
