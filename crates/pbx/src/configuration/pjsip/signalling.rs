//! How calls of an endpoint are told of on the way: rings, causes, parties.

use crate::configuration::values::Values;

/// Keys of an endpoint about what its phones are told, and what is made of what they tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignallingOptions {
    /// `inband_progress`: a tone in 183 in place of 180.
    pub inband_progress: bool,
    /// `ignore_183_without_sdp`.
    pub ignore_183_without_sdp: bool,
    /// `follow_early_media_fork`.
    pub follow_early_media_fork: bool,
    /// `accept_multiple_sdp_answers`.
    pub accept_multiple_sdp_answers: bool,
    /// `follow_redirect_methods`: whether MESSAGE is among them.
    pub follow_redirected_messages: bool,
    /// `tenantid`.
    pub tenant: Option<String>,
    /// `suppress_q850_reason_headers`.
    pub suppress_q850: bool,
    /// `connected_line_method`: whether it says `invite` or `reinvite`.
    pub connected_by_invite: bool,
    /// `rpid_immediate`.
    pub rpid_immediate: bool,
    /// `callerid_tag`.
    pub caller_tag: String,
    /// `refer_blind_progress`.
    pub refer_blind_progress: bool,
    /// `suppress_moh_on_sendonly`: others hear no music when it holds.
    pub suppress_moh_on_sendonly: bool,
    /// `sdp_owner`: the user in `o=`.
    pub sdp_owner: String,
    /// `sdp_session`: the name in `s=`.
    pub sdp_session: String,
    /// `tone_zone`.
    pub tone_zone: Option<String>,
}

/// Words of `connected_line_method`. Where the key is not given, UPDATE goes to those who take it.
const METHODS: &[(&str, bool)] = &[("invite", true), ("reinvite", true), ("update", false)];

impl SignallingOptions {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        Self {
            inband_progress: values.flag("inband_progress", false),
            ignore_183_without_sdp: values.flag("ignore_183_without_sdp", false),
            follow_early_media_fork: values.flag("follow_early_media_fork", true),
            accept_multiple_sdp_answers: values.flag("accept_multiple_sdp_answers", false),
            follow_redirected_messages: redirected_methods(values),
            tenant: values.text("tenantid"),
            suppress_q850: values.flag("suppress_q850_reason_headers", false),
            connected_by_invite: values.choice("connected_line_method", METHODS, false),
            rpid_immediate: values.flag("rpid_immediate", false),
            caller_tag: values.text("callerid_tag").unwrap_or_default(),
            refer_blind_progress: values.flag("refer_blind_progress", true),
            suppress_moh_on_sendonly: values.flag("suppress_moh_on_sendonly", false),
            sdp_owner: values.text("sdp_owner").unwrap_or_else(|| "-".to_owned()),
            sdp_session: values.text("sdp_session").unwrap_or_else(|| "-".to_owned()),
            tone_zone: values.text("tone_zone"),
        }
    }
}

/// Whether `follow_redirect_methods` names MESSAGE, the one method that it can name.
fn redirected_methods(values: &mut Values<'_>) -> bool {
    let methods = values.names("follow_redirect_methods");
    let is_message = |method: &&String| method.eq_ignore_ascii_case("message");
    if let Some(other) = methods.iter().find(|method| !is_message(method)) {
        values.odd(
            "follow_redirect_methods",
            format!("'{other}' is not followed"),
            "write message, the one method whose redirections are followed; redirect_method is about calls",
        );
    }
    methods.iter().any(|method| is_message(&method))
}
