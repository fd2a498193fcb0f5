//! `direct_media` and its kin: whether audio may pass the exchange by.

use call_control::sip::{DirectMedia, GlareMitigation};

use crate::configuration::values::Values;

const METHODS: &[(&str, bool)] = &[("invite", false), ("reinvite", false), ("update", true)];

const MITIGATIONS: &[(&str, GlareMitigation)] = &[
    ("none", GlareMitigation::None),
    ("outgoing", GlareMitigation::Outgoing),
    ("incoming", GlareMitigation::Incoming),
];

/// What an endpoint says of it. Encrypted media has keys that only its two ends share, so it stays here, whatever is said.
pub(super) fn read(values: &mut Values<'_>) -> DirectMedia {
    let encryption = values.text("media_encryption").unwrap_or_default();
    let encrypted =
        !matches!(encryption.to_ascii_lowercase().as_str(), "" | "no" | "none" | "off" | "false" | "0");
    let encrypted = encrypted || values.flag("webrtc", false);
    let mut direct = DirectMedia::default();
    direct.allowed = values.flag("direct_media", true) && !encrypted;
    direct.by_update = values.choice("direct_media_method", METHODS, false);
    direct.glare = values.choice("direct_media_glare_mitigation", MITIGATIONS, GlareMitigation::None);
    direct.avoid_nat = values.flag("disable_direct_media_on_nat", false);
    direct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::pjsip::testing::endpoint_of;

    fn of(lines: &str) -> DirectMedia {
        endpoint_of(lines).0.direct_media.clone()
    }

    #[test]
    fn it_is_on_unless_told_otherwise_or_encrypted() {
        assert_eq!(of(""), DirectMedia::default());
        assert!(of("").allowed && of("media_encryption=no").allowed);
        for line in ["direct_media=no", "media_encryption=sdes", "media_encryption=dtls", "webrtc=yes"] {
            assert!(!of(line).allowed, "{line}");
        }
    }

    #[test]
    fn the_way_is_chosen() {
        assert!(of("direct_media_method=update").by_update && !of("direct_media_method=reinvite").by_update);
        assert_eq!(of("direct_media_glare_mitigation=outgoing").glare, GlareMitigation::Outgoing);
        assert_eq!(of("direct_media_glare_mitigation=incoming").glare, GlareMitigation::Incoming);
        assert!(of("disable_direct_media_on_nat=yes").avoid_nat);
    }
}
