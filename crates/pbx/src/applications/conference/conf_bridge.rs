//! `ConfBridge(conference[,bridge_profile[,user_profile[,menu]]])`: takes part in a conference.
//!
//! Profiles are those of `confbridge.conf`, or what `Set(CONFBRIDGE(type,key)=value)` has made for this channel where none is
//! named. Sets `CONFBRIDGE_RESULT` to `FAILED`, `HANGUP`, `KICKED`, `ENDMARKED`, `DTMF` or `TIMEOUT`.

use std::sync::Arc;

use call_control::{CallError, ChannelState};
use dialplan_vm::Outcome;

use super::entrance;
use super::visit::Visit;
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::conference::{Newcomer, Profiles};
use crate::configuration::ConfbridgeConfiguration;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    channel.set("CONFBRIDGE_RESULT", "FAILED");
    let Some(name) = argument(0) else {
        channel.warning("ConfBridge(): give the name of a conference, as in ConfBridge(team)");
        return Ok(Outcome::Continue);
    };
    let profiles = match profiles(channel, [argument(2), argument(1), argument(3)]) {
        Ok(profiles) => profiles,
        Err(missing) => {
            channel.warning(format!("ConfBridge({name}): confbridge.conf has no {missing}"));
            return Ok(Outcome::Continue);
        }
    };
    if profiles.user.answer && channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    if !entrance::knows_pin(channel, &profiles).await? {
        return Ok(Outcome::Continue);
    }
    let conferences = channel.exchange.conferences().clone();
    let spoken = super::name::ask(channel, name, &profiles).await?;
    let newcomer = Newcomer { call: channel.call.clone(), profiles: profiles.clone(), name: spoken };
    let admitted = conferences.admit(channel.exchange.switchboard(), name, newcomer);
    let (attendance, notices) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => {
            channel
                .verbose(3, format!("{} is not let into conference {name}: {refusal}", channel.call.name()));
            entrance::say(channel, profiles.bridge.sound("locked")).await?;
            return Ok(Outcome::Continue);
        }
    };
    // Who comes first has opened the room.
    if profiles.bridge.records && attendance.room.count() == 1 && !attendance.room.is_recorded() {
        match attendance.room.begin_recording(&channel.exchange, None) {
            Ok(file) => channel.verbose(2, format!("Conference {name} is recorded in {}", file.display())),
            Err(error) => channel.warning(format!("ConfBridge({name}): {error}")),
        }
    }
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("CONFBRIDGE_RESULT", "HANGUP");
    let mut visit = Visit::new(channel, attendance, notices, profiles);
    let end = visit.run().await;
    drop(visit);
    match end {
        Ok(end) => channel.set("CONFBRIDGE_RESULT", end.word()),
        Err(CallError::HungUp) => return Err(CallError::HungUp),
        Err(error) => {
            channel.warning(format!("ConfBridge({name}): {error}"));
            channel.set("CONFBRIDGE_RESULT", "FAILED");
        }
    }
    Ok(Outcome::Continue)
}

/// The profiles that are named, those that the channel has made for itself, or the defaults; in the order user, bridge, menu. An
/// error says which there is none of.
fn profiles(channel: &DialplanChannel, wanted: [Option<&str>; 3]) -> Result<Profiles, String> {
    let (configuration, call) = (channel.exchange.configuration(), &channel.call);
    let (configured, chosen) = (&configuration.confbridge, channel.exchange.conferences().chosen());
    let [user, bridge, menu] = wanted;
    let (user, user_name) =
        pick(user, chosen.user(call), ConfbridgeConfiguration::DEFAULT_USER, "user", |name| {
            configured.user(name)
        })?;
    let (bridge, bridge_name) =
        pick(bridge, chosen.bridge(call), ConfbridgeConfiguration::DEFAULT_BRIDGE, "bridge", |name| {
            configured.bridge(name)
        })?;
    let (menu, menu_name) =
        pick(menu, chosen.menu(call), ConfbridgeConfiguration::DEFAULT_MENU, "menu", |name| {
            configured.menu(name)
        })?;
    Ok(Profiles { user, bridge, menu, names: [user_name, bridge_name, menu_name] })
}

fn pick<P>(
    wanted: Option<&str>,
    chosen: Option<Arc<P>>,
    default: &str,
    kind: &str,
    configured: impl Fn(&str) -> Option<Arc<P>>,
) -> Result<(Arc<P>, String), String> {
    if let (None, Some(chosen)) = (wanted, chosen) {
        return Ok((chosen, String::new()));
    }
    let name = wanted.unwrap_or(default);
    let profile = configured(name).ok_or_else(|| format!("[{name}] with type={kind}"))?;
    Ok((profile, name.to_owned()))
}
