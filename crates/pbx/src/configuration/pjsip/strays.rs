//! Keys that stand in the wrong place: of another type of section, or of `sip.conf`.

use super::keys;

/// What to do with a key that sections of type `kind` do not have, when it is clear where it comes from.
pub(super) fn advice(kind: &str, key: &str) -> Option<String> {
    let of_other = OWNERS.iter().find(|owner| **owner != kind && has(owner, key));
    if let Some(owner) = of_other {
        return Some(format!("it is a key of sections with type={owner}"));
    }
    let (_, instead) = OF_SIP_CONF.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(format!("that is how sip.conf says it; here it is {instead}"))
}

/// Types whose keys are often written into a section of another type.
const OWNERS: &[&str] =
    &["aor", "auth", "endpoint", "transport", "identify", "global", "registration", "system"];

fn has(kind: &str, key: &str) -> bool {
    keys::of(kind).is_some_and(|known| known.iter().any(|known| known.eq_ignore_ascii_case(key)))
}

/// Types of devices in `sip.conf`.
pub(super) const TYPES_OF_SIP_CONF: &[&str] = &["friend", "peer", "user"];

/// Keys of `sip.conf` and what is written in `pjsip.conf`, where spelling alone does not lead there.
const OF_SIP_CONF: &[(&str, &str)] = &[
    ("allowguest", "an endpoint [anonymous]"),
    ("bindaddr", "bind=ADDRESS:PORT of a type=transport section"),
    ("bindport", "bind=ADDRESS:PORT of a type=transport section"),
    ("busylevel", "device_state_busy_at=NUMBER"),
    ("call-limit", "device_state_busy_at=NUMBER"),
    ("canreinvite", "direct_media=yes or no"),
    ("directmedia", "direct_media=yes or no"),
    ("defaultuser", "username=NAME of a type=auth section"),
    ("encryption", "media_encryption=sdes"),
    ("externaddr", "external_media_address and external_signaling_address of a type=transport section"),
    ("externhost", "external_media_address and external_signaling_address of a type=transport section"),
    ("externip", "external_media_address and external_signaling_address of a type=transport section"),
    ("host", "max_contacts=1 of a type=aor section for host=dynamic, else its contact=sip:ADDRESS"),
    ("insecure", "an endpoint without auth=, and a type=identify section with match=ADDRESS"),
    ("md5secret", "md5_cred=HASH of a type=auth section with auth_type=md5"),
    ("nat", "rtp_symmetric=yes, force_rport=yes and rewrite_contact=yes"),
    ("port", "contact=sip:ADDRESS:PORT of a type=aor section"),
    ("progressinband", "inband_progress=yes or no"),
    ("qualify", "qualify_frequency=60 of a type=aor section"),
    ("register", "a type=registration section"),
    ("remotesecret", "password=... of a type=auth section that outbound_auth= names"),
    ("secret", "password=... of a type=auth section that auth= names"),
    ("subscribecontext", "subscribe_context=CONTEXT"),
    ("tcpbindaddr", "bind=ADDRESS of a type=transport section with protocol=tcp"),
    ("tcpenable", "a type=transport section with protocol=tcp"),
    ("tlsenable", "a type=transport section with protocol=tls"),
    ("udpbindaddr", "bind=ADDRESS of a type=transport section with protocol=udp"),
    ("videosupport", "a video codec in allow="),
];
