//! Hints: the devices that an extension stands for, and what they come to together.

use asterisk_conf::Span;
use call_control::{DeviceCall, ExtensionState};
use dialplan_vm::Dialplan;

use super::value::PresenceValue;

/// A hint of the dialplan for one extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The extension.
    pub extension: String,
    /// The context where it was asked for.
    pub context: String,
    /// Its devices, in order: `PJSIP/alice`, `Custom:lamp`.
    pub devices: Vec<String>,
    /// Who tells its presence: `CustomPresence:alice`.
    pub provider: Option<String>,
    /// As it is written, with the extension in its place.
    pub text: String,
    /// Where it is written, which tells hints apart.
    pub(super) place: Option<Span>,
}

impl Hint {
    /// The hint of an extension, in `context` or one that it includes.
    pub fn find(plan: &Dialplan, context: &str, extension: &str) -> Option<Self> {
        let hint = plan.find_hint(context, extension)?;
        Some(Self::read(&hint.devices, context, extension, Some(hint.span)))
    }

    pub(super) fn read(written: &str, context: &str, extension: &str, place: Option<Span>) -> Self {
        // A hint of a pattern stands for each number that matches.
        let text = written.replace("${EXTEN}", extension);
        let (devices, provider) = text.split_once(',').unwrap_or((&text, ""));
        let names = devices.split('&').map(str::trim).filter(|name| !name.is_empty());
        let provider = provider.trim();
        Self {
            extension: extension.to_owned(),
            context: context.to_owned(),
            devices: names.map(device_name).collect(),
            provider: (!provider.is_empty()).then(|| provider.to_owned()),
            text: text.clone(),
            place,
        }
    }
}

/// One name for each device, however it is written: `SIP/alice` reaches the same phone as `PJSIP/alice`.
pub(super) fn device_name(written: &str) -> String {
    let written = written.trim();
    match written.split_once('/') {
        Some((technology, resource)) if technology.eq_ignore_ascii_case("SIP") => format!("PJSIP/{resource}"),
        Some((technology, resource)) => format!("{}/{resource}", technology_name(technology)),
        None => written.to_owned(),
    }
}

fn technology_name(technology: &str) -> String {
    // Names of devices with a colon (`confbridge:800`) are compared as they are.
    if technology.contains(':') { technology.to_owned() } else { technology.to_ascii_uppercase() }
}

/// What watchers of a hint are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HintState {
    /// Of its devices together.
    pub state: ExtensionState,
    /// The first call that rings.
    pub ringing: Option<DeviceCall>,
    /// What its provider says, or what its phones published.
    pub presence: PresenceValue,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_read() {
        let hint = Hint::read("SIP/a & pjsip/b&Custom:lamp,CustomPresence:${EXTEN}", "hints", "100", None);
        assert_eq!(hint.devices, ["PJSIP/a", "PJSIP/b", "Custom:lamp"]);
        assert_eq!(hint.provider.as_deref(), Some("CustomPresence:100"));
        let bare = Hint::read("PJSIP/${EXTEN}", "hints", "7", None);
        assert_eq!((bare.devices, bare.provider), (vec!["PJSIP/7".to_owned()], None));
    }
}
