//! `PickupChan(channel[&channel…][,p])`: takes the call that rings on a channel: `PJSIP/alice` or its full name, with `p` the
//! beginning of a name.
//!
//! Without such a call the dialplan goes on.

use call_control::Call;
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::{Options, split};
use crate::dialplan::DialplanChannel;
use crate::pickup::{Target, by_application};

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let names = arguments.first().map(String::as_str).unwrap_or_default();
    let partial = arguments.get(1).is_some_and(|options| Options::parse(options).has('p'));
    let names: Vec<&str> = names.split('&').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        channel.warning("PickupChan(): name a channel, as in PickupChan(PJSIP/alice)");
    }
    let targets: Vec<Target> = names.iter().map(|name| target_of(name, partial)).collect();
    by_application(channel, &targets).await?;
    Ok(Outcome::Continue)
}

fn target_of(name: &str, partial: bool) -> Target {
    let name = name.to_owned();
    Box::new(move |taker: &Call| {
        let mut ringing = taker.switchboard().ringing().into_iter();
        ringing.find(|call| call.name() != taker.name() && is_named(call.name(), &name, partial))
    })
}

/// Whether a channel has this name, or one of this technology and resource.
fn is_named(channel: &str, name: &str, partial: bool) -> bool {
    let begins = channel.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let rest = channel.get(name.len()..).unwrap_or_default();
    // The number behind the last dash tells channels of one phone apart.
    let is_number = rest.strip_prefix('-').is_some_and(|number| !number.contains('-'));
    begins && (partial || rest.is_empty() || is_number)
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn channels_are_named_whole_or_by_their_phone() {
        let channel = "PJSIP/alice-home-00000001";
        assert!(is_named(channel, channel, false) && is_named(channel, "pjsip/alice-home", false));
        assert!(!is_named(channel, "PJSIP/alice", false) && is_named(channel, "PJSIP/alice", true));
        assert!(!is_named(channel, "PJSIP/bob", true) && !is_named(channel, "", false));
    }
}
