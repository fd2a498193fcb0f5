//! Parameters that tell formats of one name apart: with other ones, two sides do not understand each other.

use crate::attribute::parameter;
use crate::codec::Codec;

/// Parameters by codec, each with what it means where it is not written (AMR: RFC 4867 §8.3.1; G.722.1: RFC 5577 §4.1; VP9:
/// RFC 9628 §6; AV1: its RTP specification §7.2; H.265: RFC 7798 §7.2.2).
const DECISIVE: &[(&str, &[(&str, &str)])] = &[
    ("AMR", AMR),
    ("AMR-WB", AMR),
    ("G7221", &[("bitrate", "")]),
    ("H265", &[("profile-space", "0"), ("profile-id", "1")]),
    ("VP9", &[("profile-id", "0")]),
    ("AV1", &[("profile", "0")]),
];
const AMR: &[(&str, &str)] =
    &[("octet-align", "0"), ("crc", "0"), ("robust-sorting", "0"), ("interleaving", "0")];

/// `profile_idc` of the baseline profile of H.264, which holds where nothing is said (RFC 6184 §8.1).
const BASELINE: u8 = 66;

/// True unless a parameter that changes how octets are packed, or what a decoder has to know, differs.
pub(super) fn same_packing<'a>(codec: &Codec, ours: Option<&'a str>, theirs: Option<&'a str>) -> bool {
    if codec.is_named("H264") {
        return h264(ours) == h264(theirs);
    }
    let decisive = DECISIVE.iter().find(|(name, _)| codec.is_named(name)).map_or(&[][..], |(_, list)| *list);
    decisive.iter().all(|(name, default)| {
        let value = |list: Option<&'a str>| list.and_then(|list| parameter(list, name)).unwrap_or(default);
        value(ours) == value(theirs)
    })
}

/// A number that is the same for two formats of one codec of video exactly if they go together: whoever passes packets on
/// knows the format by it. 0 for codecs that have one format alone.
pub fn video_variant(codec: &Codec, fmtp: Option<&str>) -> u32 {
    let number = |name: &str, default: u32| {
        let said = fmtp.and_then(|list| parameter(list, name));
        said.and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    match () {
        () if codec.is_named("H264") => {
            let (profile, mode) = h264(fmtp);
            u32::from(profile) << 8 | u32::from(mode)
        }
        () if codec.is_named("H265") => number("profile-space", 0) << 8 | (number("profile-id", 1) & 0xff),
        () if codec.is_named("VP9") => number("profile-id", 0),
        () if codec.is_named("AV1") => number("profile", 0),
        () => 0,
    }
}

/// The profile and the mode of packets of H.264 (RFC 6184 §8.1, table 5).
///
/// Levels are left aside, for they say what can be received and may differ. So are the flags that make a constrained profile of
/// a whole one: phones write them in every way, and what sets the two apart is hardly ever sent.
fn h264(fmtp: Option<&str>) -> (u8, u8) {
    let said = |name: &str| fmtp.and_then(|list| parameter(list, name));
    let octet = |at: usize| {
        let digits = said("profile-level-id").and_then(|id| id.get(at..at + 2));
        digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())
    };
    let (profile, flags) = (octet(0).unwrap_or(BASELINE), octet(2).unwrap_or(0));
    let profile = match profile {
        // Main and extended, with nothing that the baseline has not.
        77 if flags & 0x80 != 0 => BASELINE,
        88 if flags & 0xC0 == 0xC0 => BASELINE,
        other => other,
    };
    (profile, said("packetization-mode").and_then(|mode| mode.parse().ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_must_be_the_same() {
        let amr = Codec::new("AMR", 8000, 1);
        assert!(same_packing(&amr, None, Some("octet-align=0; mode-set=0,2")));
        assert!(same_packing(&amr, Some("octet-align=1"), Some("mode-set=7;Octet-Align=1")));
        assert!(!same_packing(&amr, None, Some("octet-align=1")));
        assert!(same_packing(&Codec::OPUS, Some("useinbandfec=1"), None));
    }

    #[test]
    fn formats_of_video_are_told_apart_by_profile_and_mode() {
        let h264 = Codec::new("H264", 90_000, 1);
        let same = |one: &str, other: &str| {
            let same = same_packing(&h264, Some(one), Some(other));
            let numbers = [one, other].map(|fmtp| video_variant(&h264, Some(fmtp)));
            assert_eq!(same, numbers[0] == numbers[1], "{one}, {other}");
            same
        };
        assert!(same(
            "profile-level-id=42e01f;packetization-mode=1",
            "packetization-mode=1; profile-level-id=42801F"
        ));
        assert!(same("", "profile-level-id=42000a;packetization-mode=0"));
        assert!(!same("profile-level-id=42e01f", "profile-level-id=42e01f;packetization-mode=1"));
        assert!(!same("profile-level-id=42e01f", "profile-level-id=640028"));
        assert!(same("profile-level-id=4d801f", "profile-level-id=42e01f"), "what main and baseline share");
        assert!(same("profile-level-id=é", ""), "what cannot be read says nothing");
        let vp9 = Codec::new("VP9", 90_000, 1);
        assert!(same_packing(&vp9, None, Some("profile-id=0")));
        assert!(!same_packing(&vp9, Some("profile-id=2"), Some("profile-id=0")));
        assert_ne!(video_variant(&vp9, Some("profile-id=2")), video_variant(&vp9, None));
    }
}
