//! More items of `CHANNEL(item)`: what stands around the call, and labels that dialplans put on it.

use call_control::ChannelState;
use call_control::sip::Conversation;

use super::channel_pjsip;
use super::party::{note, noted};
use crate::dialplan::{AfterBridge, HangupHandlers};
use crate::functions::{FunctionError, FunctionScope};

/// Labels that are kept with the channel for the dialplan, and what they are where nobody set them.
const LABELS: &[(&str, &str)] = &[
    ("dtmf_features", ""),
    ("hangupsource", ""),
    ("parkinglot", ""),
    ("tenantid", ""),
    ("transfercapability", "SPEECH"),
];

/// What only lines of hardware have.
const HARDWARE: &[&str] = &["adsicpe", "digitdetect", "faxdetect", "relaxdtmf", "rxgain", "tdd", "txgain"];

/// `tenantid` of the channel's endpoint.
fn tenant_of(scope: &FunctionScope<'_>) -> Option<String> {
    let configuration = scope.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(scope.call.resource());
    endpoint.filter(|_| scope.call.technology() == "PJSIP")?.signalling.tenant.clone()
}

/// An item; `None` for one that is not known here.
pub(super) fn read(scope: &FunctionScope<'_>, item: &str) -> Option<String> {
    let call = scope.call;
    let yes = |flag: bool| u8::from(flag).to_string();
    if let Some((name, otherwise)) = LABELS.iter().find(|(name, _)| *name == item) {
        let configured = || match *name {
            "tenantid" => tenant_of(scope),
            _ => None,
        };
        let label = noted(call, &format!("CHANNEL {name}")).or_else(configured);
        return Some(label.unwrap_or_else(|| (*otherwise).to_owned()));
    }
    if let Some(item) = item.strip_prefix("pjsip,") {
        return channel_pjsip::read(scope, item.trim());
    }
    let application = || call.snapshot().application.unwrap_or_default();
    Some(match item {
        // They can only be set; reading them finds nothing, as in Asterisk.
        "hangup_handler_push" | "hangup_handler_pop" | "hangup_handler_wipe" => String::new(),
        "after_bridge_goto" => AfterBridge::of(call).target(),
        "aor" => channel_pjsip::contact(scope).map(|(aor, _)| aor).unwrap_or_default(),
        "contact" => channel_pjsip::contact(scope).map(|(_, contact)| contact).unwrap_or_default(),
        "accountcode" => scope.exchange.call_records().account_code(call.name()),
        "amaflags" => scope.exchange.call_records().ama_flags(call.name()).number().to_string(),
        "userfield" => scope.exchange.call_records().user_field(call.name()),
        "channame" => call.name().to_owned(),
        "appname" => application().0.into(),
        "appdata" => application().1.into(),
        "lastcontext" => call.position().context.into(),
        "lastexten" => call.position().extension.into(),
        "checkhangup" => yes(matches!(call.state(), ChannelState::Ended(_))),
        "onhold" => yes(call.is_held()),
        "max_forwards" => call.hops().to_string(),
        "peer" => call.partner().map(|partner| partner.name().to_owned()).unwrap_or_default(),
        "secure_signaling" => {
            yes(Conversation::of(call).flow().is_some_and(|flow| flow.protocol.is_secure()))
        }
        "secure_bridge_signaling" => yes(call.demands_secure_signaling()),
        // There is no video, and no line that could hear keys or fax tones by itself.
        "videonativeformat" => "(nothing)".to_owned(),
        "digitdetect" | "faxdetect" | "relaxdtmf" | "tdd" => yes(false),
        "adsicpe" => "unavailable".to_owned(),
        "rxgain" | "txgain" => "0.0".to_owned(),
        _ => return channel_pjsip::of_chan_sip(scope, item),
    })
}

/// Sets an item; `None` for one that cannot be set here.
pub(super) fn write(scope: &FunctionScope<'_>, item: &str, value: &str) -> Option<Result<(), FunctionError>> {
    let call = scope.call;
    let bad = |problem: &str| Some(Err(FunctionError::arguments("CHANNEL", item, problem)));
    match item {
        "accountcode" => scope.exchange.call_records().set_account_code(call.name(), value),
        "userfield" => {
            // Any text will do.
            let _ = scope.exchange.call_records().set_field(call.name(), "userfield", value);
        }
        "amaflags" => {
            if let Err(problem) = scope.exchange.call_records().set_ama_flags(call.name(), value) {
                return bad(&problem.to_string());
            }
        }
        "max_forwards" => match value.parse() {
            Ok(hops) => call.set_hops(hops),
            Err(_) => return bad("it is a number up to 255"),
        },
        "after_bridge_goto" if value.is_empty() => AfterBridge::of(call).set(""),
        "after_bridge_goto" => match dialplan_vm::JumpTarget::parse(value) {
            Ok(_) => AfterBridge::of(call).set(value),
            Err(problem) => return bad(&problem.to_string()),
        },
        "secure_bridge_signaling" => {
            call.demand_secure_signaling(asterisk_conf::boolean(value).unwrap_or(false));
        }
        "hangup_handler_push" | "hangup_handler_pop" | "hangup_handler_wipe" => {
            let handlers = HangupHandlers::of(call);
            match item {
                "hangup_handler_pop" => drop(handlers.pop()),
                "hangup_handler_wipe" => handlers.wipe(),
                _ if value.is_empty() => return bad("name a routine, as in routine,s,1(argument)"),
                _ => {}
            }
            if !value.is_empty()
                && let Err(problem) = handlers.push(value, scope.location.as_ref())
            {
                return bad(&problem.to_string());
            }
        }
        hardware if HARDWARE.contains(&hardware) => {
            return bad(
                "it is set for lines of hardware alone; the sound of a call is changed by VOLUME() and its kin",
            );
        }
        label if LABELS.iter().any(|(name, _)| *name == label) => {
            note(call, &format!("CHANNEL {label}"), value)
        }
        _ => return None,
    }
    Some(Ok(()))
}
