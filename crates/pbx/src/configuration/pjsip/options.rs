//! Options of an endpoint by their names, for dialplans and people who ask for one.

use super::Endpoint;
use super::keys;
use asterisk_conf::boolean;

/// What options that are not written come to, where that is more than nothing. `true` and `false` are also how those that are
/// written `yes` or `no` are told.
const USUAL: &[(&str, &str)] = &[
    ("100rel", "yes"),
    ("accept_multiple_sdp_answers", "false"),
    ("aggregate_mwi", "true"),
    ("allow_overlap", "true"),
    ("allow_subscribe", "true"),
    ("allow_transfer", "true"),
    ("allow_unauthenticated_options", "false"),
    ("asymmetric_rtp_codec", "false"),
    ("bind_rtp_to_media_address", "false"),
    ("bundle", "false"),
    ("callerid_privacy", "allowed_not_screened"),
    ("connected_line_method", "invite"),
    ("cos_audio", "0"),
    ("cos_video", "0"),
    ("device_state_busy_at", "0"),
    ("direct_media_glare_mitigation", "none"),
    ("direct_media_method", "invite"),
    ("disable_direct_media_on_nat", "false"),
    ("dtls_auto_generate_cert", "false"),
    ("dtmf_mode", "rfc4733"),
    ("fax_detect", "false"),
    ("fax_detect_timeout", "0"),
    ("follow_early_media_fork", "true"),
    ("force_avp", "false"),
    ("g726_non_standard", "false"),
    ("ice_support", "false"),
    ("identify_by", "username,ip"),
    ("ignore_183_without_sdp", "false"),
    ("inband_progress", "false"),
    ("incoming_call_offer_pref", "local"),
    ("max_audio_streams", "1"),
    ("max_video_streams", "1"),
    ("media_encryption", "no"),
    ("media_encryption_optimistic", "false"),
    ("media_use_received_transport", "false"),
    ("moh_passthrough", "false"),
    ("moh_suggest", "default"),
    ("mwi_subscribe_replaces_unsolicited", "false"),
    ("notify_early_inuse_ringing", "false"),
    ("one_touch_recording", "false"),
    ("outgoing_call_offer_pref", "remote_merge"),
    ("preferred_codec_only", "false"),
    ("record_off_feature", "automixmon"),
    ("record_on_feature", "automixmon"),
    ("redirect_method", "user"),
    ("refer_blind_progress", "true"),
    ("rpid_immediate", "false"),
    ("rtcp_mux", "false"),
    ("rtp_engine", "asterisk"),
    ("rtp_ipv6", "false"),
    ("rtp_keepalive", "0"),
    ("rtp_port_end", "0"),
    ("rtp_port_start", "0"),
    ("sdp_owner", "-"),
    ("sdp_session", "-"),
    ("security_negotiation", "no"),
    ("send_connected_line", "true"),
    ("send_diversion", "true"),
    ("send_history_info", "false"),
    ("send_pai", "false"),
    ("send_rpid", "false"),
    ("srtp_tag_32", "false"),
    ("stir_shaken", "false"),
    ("sub_min_expiry", "60"),
    ("suppress_moh_on_sendonly", "false"),
    ("suppress_q850_reason_headers", "false"),
    ("t38_bind_udptl_to_media_address", "false"),
    ("t38_udptl", "false"),
    ("t38_udptl_ec", "none"),
    ("t38_udptl_ipv6", "false"),
    ("t38_udptl_maxdatagram", "0"),
    ("t38_udptl_nat", "false"),
    ("timers", "yes"),
    ("timers_min_se", "90"),
    ("timers_sess_expires", "1800"),
    ("tos_audio", "0"),
    ("tos_video", "0"),
    ("trust_connected_line", "true"),
    ("trust_id_inbound", "false"),
    ("trust_id_outbound", "false"),
    ("use_avpf", "false"),
    ("use_ptime", "false"),
    ("user_eq_phone", "false"),
    ("webrtc", "false"),
];

impl Endpoint {
    /// All its options by name, in order, each as [`option`](Self::option) tells it. What `disallow` takes away is not in `allow`.
    pub fn options(&self) -> impl Iterator<Item = (&'static str, String)> {
        let names = keys::of("endpoint").unwrap_or_default().iter().copied();
        let names = names.filter(|name| !matches!(*name, "disallow" | "type"));
        names.filter_map(|name| Some((name, self.option(name)?)))
    }

    /// The value of an option as it is written, or what it comes to without; `None` for what is no option of an endpoint.
    pub fn option(&self, name: &str) -> Option<String> {
        let usual = USUAL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        if usual.is_none() && !keys::of("endpoint")?.contains(&name) {
            return None;
        }
        let written = self.written.get(name).map(String::as_str);
        let value = written.or(usual).unwrap_or_default();
        let is_flag = matches!(usual, Some("true" | "false"));
        Some(match boolean(value).filter(|_| is_flag) {
            Some(flag) => flag.to_string(),
            None => value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::endpoint_of;
    use super::*;

    #[test]
    fn what_is_usual_is_of_options_that_there_are() {
        let keys = keys::of("endpoint").unwrap();
        let odd: Vec<_> = USUAL.iter().filter(|(name, _)| !keys.contains(name)).collect();
        assert!(odd.is_empty(), "{odd:?}");
        assert!(USUAL.is_sorted());
    }

    #[test]
    fn options_are_told_as_they_are_written_and_switches_in_one_way() {
        let (endpoint, _) = endpoint_of("send_pai=on\nDtmf_Mode=info\ntos_audio=ef\ntos_audio=cs5");
        let told = |name| endpoint.option(name);
        for (name, value) in [
            ("send_pai", "true"),
            ("send_rpid", "false"),
            ("dtmf_mode", "info"),
            ("tos_audio", "cs5"),
            ("100rel", "yes"),
            ("acl", ""),
        ] {
            assert_eq!(told(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(told("colour"), None);
    }
}
