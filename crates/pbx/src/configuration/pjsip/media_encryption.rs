//! `media_encryption`, `media_encryption_optimistic` and `srtp_tag_32`: whether audio is encrypted.

use asterisk_conf::{Diagnostic, boolean};
use call_control::sip::MediaEncryption;

use super::error_at;
use crate::configuration::values::Values;

const KEY: &str = "media_encryption";

/// What an endpoint says of it.
pub(super) fn read(values: &mut Values<'_>) -> MediaEncryption {
    let optional = values.flag("media_encryption_optimistic", false);
    let short_tags = values.flag("srtp_tag_32", false);
    let said = values.text(KEY).unwrap_or_default();
    match said.to_ascii_lowercase().as_str() {
        "" | "none" => MediaEncryption::None,
        "sdes" => MediaEncryption::Sdes { optional, short_tags },
        "dtls" => {
            let message =
                "media_encryption=dtls has no effect yet: phones that insist on it are refused with 488";
            let finding = Diagnostic::warning("no-effect", message)
                .help("phones that know SDES take media_encryption=sdes");
            let span = values.span(KEY);
            values.found.extend(span.map(|span| finding.at(span)));
            MediaEncryption::None
        }
        word if boolean(word) == Some(false) => MediaEncryption::None,
        _ => {
            // Who mistypes it wants encryption, and must not be served without.
            let message = format!("'{said}' is no media_encryption; known are no, sdes and dtls");
            error_at(values, KEY, "bad-value", message, "write sdes for keys in session descriptions, or no");
            MediaEncryption::None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::pjsip::testing::endpoint_of;
    use crate::configuration::{Configuration, Folders};

    fn of(lines: &str) -> MediaEncryption {
        endpoint_of(lines).0.media_encryption
    }

    #[test]
    fn it_is_off_unless_asked_for() {
        for none in [
            "",
            "media_encryption=no",
            "media_encryption=off",
            "media_encryption_optimistic=yes\nsrtp_tag_32=yes",
        ] {
            assert_eq!(of(none), MediaEncryption::None, "{none}");
        }
        let sdes = |optional, short_tags| MediaEncryption::Sdes { optional, short_tags };
        assert_eq!(of("media_encryption=sdes"), sdes(false, false));
        assert_eq!(of("media_encryption=SDES\nmedia_encryption_optimistic=yes"), sdes(true, false));
        assert_eq!(of("media_encryption=sdes\nsrtp_tag_32=yes"), sdes(false, true));
    }

    #[test]
    fn dtls_is_told_to_wait() {
        let (endpoint, said) = endpoint_of("media_encryption=dtls");
        assert_eq!(endpoint.media_encryption, MediaEncryption::None);
        assert!(said.contains("media_encryption=dtls has no effect yet"), "{said}");
        assert!(
            !endpoint_of("media_encryption=sdes\nmedia_encryption_optimistic=yes").1.contains("no effect")
        );
    }

    /// An endpoint that was to be encrypted is not served in the clear because of a letter.
    #[test]
    fn a_typing_error_is_an_error() {
        let pjsip = "[udp]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\nmedia_encryption=sdse\n";
        let files = MemoryFiles::from([
            ("/pbx/etc/pjsip.conf", pjsip),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        assert!(configuration.is_none() && report.render(false).contains("'sdse' is no media_encryption"));
    }
}
