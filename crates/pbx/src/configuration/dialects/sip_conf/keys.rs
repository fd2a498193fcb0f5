//! The keys of `sip.conf`, and what they come to.

use asterisk_conf::{Diagnostic, Entry, boolean};

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In `[general]`.
    General,
    /// In the section of a device.
    Device,
    /// In both: what `[general]` says holds for the devices that say nothing.
    Shared,
    /// In both, and they have nothing to do with each other.
    Apart,
}

/// What a key comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// This key of an endpoint, with the same values.
    Endpoint(&'static str),
    /// This key of an aor, with the same values.
    Aor(&'static str),
    /// What a function of its own makes of it.
    Own,
    /// It has no effect; these values ask for what happens anyway.
    Idle(&'static [&'static str]),
}

/// A key.
pub(super) struct Key(pub(super) &'static str, pub(super) Place, pub(super) Meaning);

use Meaning::{Aor, Endpoint, Idle, Own};
use Place::{Apart, Device, General, Shared};

const NO: &[&str] = &["no"];
const YES: &[&str] = &["yes"];
/// What is said does not matter: nothing depends on it here.
const ANY: &[&str] = &["*"];
const NEVER: &[&str] = &[];

/// All keys, in the order of their names.
pub(super) const KEYS: &[Key] = &[
    Key("accept_outofcall_message", General, Idle(YES)),
    Key("accountcode", Device, Endpoint("accountcode")),
    Key("acl", Device, Endpoint("acl")),
    Key("allow", Shared, Endpoint("allow")),
    Key("allowexternaldomains", General, Idle(ANY)),
    Key("allowguest", General, Own),
    Key("allowoverlap", Shared, Own),
    Key("allowsubscribe", Shared, Endpoint("allow_subscribe")),
    Key("allowtransfer", Shared, Endpoint("allow_transfer")),
    Key("alwaysauthreject", General, Idle(YES)),
    Key("amaflags", Device, Own),
    Key("auth", Device, Own),
    Key("auth_message_requests", General, Idle(YES)),
    Key("auth_options_requests", Shared, Own),
    Key("autocreatepeer", General, Idle(NO)),
    Key("autodomain", General, Idle(NO)),
    Key("autoframing", Shared, Endpoint("use_ptime")),
    Key("avpf", Device, Endpoint("use_avpf")),
    Key("bindaddr", General, Own),
    Key("bindport", General, Own),
    Key("buggymwi", Shared, Idle(NO)),
    Key("busylevel", Device, Own),
    Key("call-limit", Device, Own),
    Key("callbackextension", Device, Own),
    Key("callcounter", Shared, Idle(ANY)),
    Key("callerid", Apart, Endpoint("callerid")),
    Key("callevents", General, Idle(ANY)),
    Key("callgroup", Device, Endpoint("call_group")),
    Key("callingpres", Shared, Endpoint("callerid_privacy")),
    Key("canreinvite", Shared, Own),
    Key("cid_number", Device, Own),
    Key("cid_tag", Device, Endpoint("callerid_tag")),
    Key("compactheaders", General, Own),
    Key("constantssrc", Shared, Idle(ANY)),
    Key("contactacl", Shared, Endpoint("contact_acl")),
    Key("contactdeny", Shared, Endpoint("contact_deny")),
    Key("contactpermit", Shared, Endpoint("contact_permit")),
    Key("context", Shared, Endpoint("context")),
    Key("cos_audio", Shared, Endpoint("cos_audio")),
    Key("cos_sip", General, Own),
    Key("cos_text", Shared, Idle(ANY)),
    Key("cos_video", Shared, Endpoint("cos_video")),
    Key("counteronpeer", General, Idle(ANY)),
    Key("defaultexpirey", General, Own),
    Key("defaultexpiry", General, Own),
    Key("defaultip", Device, Own),
    Key("defaultuser", Device, Own),
    Key("deny", Device, Endpoint("deny")),
    Key("description", Device, Idle(ANY)),
    Key("directmedia", Shared, Own),
    Key("directmediaacl", Device, Own),
    Key("directmediadeny", Device, Own),
    Key("directmediapermit", Device, Own),
    Key("directrtpsetup", General, Own),
    Key("disallow", Shared, Endpoint("disallow")),
    Key("disallowed_methods", Shared, Idle(NEVER)),
    Key("discard_remote_hold_retrieval", Shared, Idle(NO)),
    Key("domain", General, Idle(ANY)),
    Key("domainsasrealm", General, Idle(NO)),
    Key("dtlscafile", Device, Endpoint("dtls_ca_file")),
    Key("dtlscapath", Device, Endpoint("dtls_ca_path")),
    Key("dtlscertfile", Device, Endpoint("dtls_cert_file")),
    Key("dtlscipher", Device, Endpoint("dtls_cipher")),
    Key("dtlsenable", Device, Own),
    Key("dtlsfingerprint", Device, Endpoint("dtls_fingerprint")),
    Key("dtlsprivatekey", Device, Endpoint("dtls_private_key")),
    Key("dtlsrekey", Device, Endpoint("dtls_rekey")),
    Key("dtlssetup", Device, Endpoint("dtls_setup")),
    Key("dtlsverify", Device, Endpoint("dtls_verify")),
    Key("dtmfmode", Shared, Own),
    Key("dumphistory", General, Idle(NO)),
    Key("dynamic_exclude_static", General, Idle(NO)),
    Key("encryption", Shared, Own),
    Key("encryption_taglen", Device, Own),
    Key("engine", Shared, Endpoint("rtp_engine")),
    Key("externaddr", General, Own),
    Key("externhost", General, Own),
    Key("externip", General, Own),
    Key("externrefresh", General, Idle(ANY)),
    Key("externtcpport", General, Own),
    Key("externtlsport", General, Own),
    Key("faxdetect", Shared, Own),
    Key("force_avp", Device, Endpoint("force_avp")),
    Key("fromdomain", Shared, Endpoint("from_domain")),
    Key("fromuser", Device, Endpoint("from_user")),
    Key("fullname", Device, Own),
    Key("g726nonstandard", Shared, Endpoint("g726_non_standard")),
    Key("host", Device, Own),
    Key("icesupport", Shared, Endpoint("ice_support")),
    Key("ignoreregexpire", General, Idle(NO)),
    Key("ignoresdpversion", Shared, Idle(ANY)),
    Key("insecure", Device, Own),
    Key("jbenable", General, Idle(NO)),
    Key("jbforce", General, Idle(NO)),
    Key("jbimpl", General, Idle(ANY)),
    Key("jblog", General, Idle(NO)),
    Key("jbmaxsize", General, Idle(ANY)),
    Key("jbresyncthreshold", General, Idle(ANY)),
    Key("jbtargetextra", General, Idle(ANY)),
    Key("keepalive", Shared, Idle(NEVER)),
    Key("language", Shared, Endpoint("language")),
    Key("legacy_useroption_parsing", General, Idle(NO)),
    Key("limitonpeers", General, Idle(ANY)),
    Key("localnet", General, Own),
    Key("mailbox", Device, Endpoint("mailboxes")),
    Key("match_auth_username", General, Own),
    Key("matchexternaddrlocally", General, Idle(ANY)),
    Key("matchexterniplocally", General, Idle(ANY)),
    Key("maxcallbitrate", Shared, Endpoint("max_video_bitrate")),
    Key("maxexpirey", General, Own),
    Key("maxexpiry", General, Own),
    Key("maxforwards", General, Own),
    Key("md5secret", Device, Own),
    Key("minexpiry", General, Own),
    Key("mohinterpret", Shared, Idle(&["default"])),
    Key("mohsuggest", Shared, Endpoint("moh_suggest")),
    Key("musicclass", Shared, Endpoint("moh_suggest")),
    Key("musiconhold", Shared, Endpoint("moh_suggest")),
    Key("mwi", General, Idle(NEVER)),
    Key("mwi_from", Shared, Endpoint("mwi_from_user")),
    Key("namedcallgroup", Device, Endpoint("named_call_group")),
    Key("namedpickupgroup", Device, Endpoint("named_pickup_group")),
    Key("nat", Shared, Own),
    Key("notifycid", General, Idle(NO)),
    Key("notifyhold", General, Idle(ANY)),
    Key("notifyringing", General, Idle(ANY)),
    Key("outboundproxy", Shared, Own),
    Key("outofcall_message_context", Shared, Endpoint("message_context")),
    Key("parkinglot", Shared, Idle(NEVER)),
    Key("pedantic", General, Idle(ANY)),
    Key("permit", Device, Endpoint("permit")),
    Key("pickupgroup", Device, Endpoint("pickup_group")),
    Key("port", Apart, Own),
    Key("preferred_codec_only", Shared, Endpoint("preferred_codec_only")),
    Key("prematuremedia", Shared, Idle(ANY)),
    Key("progressinband", Shared, Own),
    Key("promiscredir", Shared, Own),
    Key("qualify", Shared, Own),
    Key("qualifyfreq", Shared, Own),
    Key("qualifygap", General, Idle(ANY)),
    Key("qualifypeers", General, Idle(ANY)),
    Key("realm", General, Own),
    Key("recordhistory", General, Idle(NO)),
    Key("recordofffeature", Device, Endpoint("record_off_feature")),
    Key("recordonfeature", Device, Endpoint("record_on_feature")),
    Key("regcontext", General, Own),
    Key("regexten", Device, Own),
    Key("regextenonqualify", General, Idle(NO)),
    Key("register", General, Own),
    Key("register_retry_403", General, Own),
    Key("registerattempts", General, Own),
    Key("registertimeout", General, Own),
    Key("registertrying", Shared, Idle(ANY)),
    Key("relaxdtmf", General, Idle(ANY)),
    Key("remotesecret", Device, Own),
    Key("rfc2833compensate", Shared, Idle(NO)),
    Key("rpid_immediate", Shared, Endpoint("rpid_immediate")),
    Key("rpid_update", Shared, Idle(NO)),
    Key("rtautoclear", General, Idle(ANY)),
    Key("rtcachefriends", General, Idle(ANY)),
    Key("rtcp_mux", Device, Endpoint("rtcp_mux")),
    Key("rtpholdtimeout", Shared, Endpoint("rtp_timeout_hold")),
    Key("rtpkeepalive", Shared, Endpoint("rtp_keepalive")),
    Key("rtptimeout", Shared, Endpoint("rtp_timeout")),
    Key("rtsave_path", General, Idle(ANY)),
    Key("rtsavesysname", General, Idle(ANY)),
    Key("rtupdate", General, Idle(ANY)),
    Key("sdpowner", Shared, Endpoint("sdp_owner")),
    Key("sdpsession", Shared, Endpoint("sdp_session")),
    Key("secret", Device, Own),
    Key("send_diversion", Shared, Endpoint("send_diversion")),
    Key("sendrpid", Shared, Own),
    Key("session-expires", Shared, Endpoint("timers_sess_expires")),
    Key("session-minse", Shared, Endpoint("timers_min_se")),
    Key("session-refresher", Shared, Idle(ANY)),
    Key("session-timers", Shared, Own),
    Key("setvar", Device, Endpoint("set_var")),
    Key("shrinkcallerid", General, Idle(ANY)),
    Key("sipdebug", General, Own),
    Key("snom_aoc_enabled", Shared, Endpoint("send_aoc")),
    Key("srvlookup", General, Own),
    Key("store_sip_cause", General, Idle(ANY)),
    Key("storesipcause", General, Idle(ANY)),
    Key("subscribe_network_change_event", General, Idle(ANY)),
    Key("subscribecontext", Shared, Endpoint("subscribe_context")),
    Key("subscribemwi", Device, Idle(ANY)),
    Key("supportpath", Shared, Aor("support_path")),
    Key("t1min", General, Idle(ANY)),
    Key("t38pt_udptl", Shared, Own),
    Key("t38pt_usertpsource", Shared, Idle(NO)),
    Key("tcpauthlimit", General, Idle(ANY)),
    Key("tcpauthtimeout", General, Idle(ANY)),
    Key("tcpbindaddr", General, Own),
    Key("tcpenable", General, Own),
    Key("textsupport", Shared, Own),
    Key("timerb", General, Own),
    Key("timert1", General, Own),
    Key("tlsbindaddr", General, Own),
    Key("tlscadir", General, Own),
    Key("tlscafile", General, Own),
    Key("tlscapath", General, Own),
    Key("tlscertfile", General, Own),
    Key("tlscipher", General, Own),
    Key("tlsclientmethod", General, Own),
    Key("tlsdontverifyserver", General, Own),
    Key("tlsenable", General, Own),
    Key("tlsprivatekey", General, Own),
    Key("tonezone", Shared, Endpoint("tone_zone")),
    Key("tos_audio", Shared, Endpoint("tos_audio")),
    Key("tos_sip", General, Own),
    Key("tos_text", Shared, Idle(ANY)),
    Key("tos_video", Shared, Endpoint("tos_video")),
    Key("transport", Shared, Own),
    Key("trunkname", Device, Idle(ANY)),
    Key("trust_id_outbound", Shared, Endpoint("trust_id_outbound")),
    Key("trustrpid", Shared, Endpoint("trust_id_inbound")),
    Key("type", Device, Own),
    Key("udpbindaddr", General, Own),
    Key("unsolicited_mailbox", Device, Endpoint("incoming_mwi_mailbox")),
    Key("use_q850_reason", Shared, Own),
    Key("useclientcode", Shared, Idle(NO)),
    Key("useragent", General, Own),
    Key("usereqphone", Shared, Endpoint("user_eq_phone")),
    Key("username", Device, Own),
    Key("videosupport", Shared, Own),
    Key("vmexten", Shared, Endpoint("voicemail_extension")),
    Key("websocket_enabled", General, Idle(NO)),
    Key("websocket_write_timeout", General, Idle(ANY)),
];

/// The key of that name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    let name = name.to_ascii_lowercase();
    KEYS.binary_search_by(|key| key.0.cmp(&name)).ok().and_then(|at| KEYS.get(at))
}

impl Key {
    /// Whether it may stand in `[general]`, or else in the section of a device.
    pub(super) fn belongs(&self, in_general: bool) -> bool {
        self.1 != if in_general { Device } else { General }
    }

    /// What to say of a line that asks for what does not happen.
    pub(super) fn idle(&self, entry: &Entry) -> Option<Diagnostic> {
        let Idle(same) = self.2 else { return None };
        let text = entry.value.value.trim();
        let happens = |word: &&str| {
            *word == "*"
                || word.eq_ignore_ascii_case(text)
                || boolean(word).is_some_and(|meant| boolean(text) == Some(meant))
        };
        if text.is_empty() || same.iter().any(happens) {
            return None;
        }
        let message = format!("{}={text} has no effect", entry.key.value);
        Some(Diagnostic::note("no-effect", message).at(entry.key.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::pjsip::keys_of;

    #[test]
    fn the_table_is_in_order_and_leads_to_keys_that_exist() {
        assert!(KEYS.is_sorted_by(|a, b| a.0 < b.0));
        for Key(name, _, meaning) in KEYS {
            let (kind, key) = match meaning {
                Endpoint(key) => ("endpoint", key),
                Aor(key) => ("aor", key),
                Own | Idle(_) => continue,
            };
            assert!(keys_of(kind).unwrap().contains(key), "{name}: {kind} has no {key}");
        }
    }
}
