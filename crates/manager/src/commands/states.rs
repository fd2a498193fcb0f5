//! `devstate …` and `presencestate …`: states that dialplans and people set.

use std::fmt::Write;

use call_control::DeviceState;
use pbx::presence::PresenceValue;

use super::layout::column;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("devstate list", "The states of devices that were set", devices),
    Command::now("devstate change", "Sets the state of a Custom: device", change_device)
        .taking("Custom:NAME STATE"),
    Command::now("presencestate list", "The presences that were set", presences),
    Command::now("presencestate change", "Sets a CustomPresence: provider", change_presence)
        .taking("CustomPresence:NAME STATE[,SUBTYPE[,MESSAGE]]"),
];

fn devices(context: &Context, _: &[String]) -> Answer {
    let mut text = String::new();
    for (name, state) in context.exchange.presence().set_devices() {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "Name: '{name}'  State: '{state}'");
    }
    Ok(text)
}

fn change_device(context: &Context, arguments: &[String]) -> Answer {
    let [device, state] = arguments else {
        return Err(CommandError::Usage("devstate change Custom:NAME STATE"));
    };
    if !device.starts_with("Custom:") {
        return Err(CommandError::Failed("Only devices named Custom:… can be set".to_owned()));
    }
    let Some(state) = DeviceState::from_name(state) else {
        let known: Vec<&str> = DeviceState::ALL.iter().map(|state| state.name()).collect();
        return Err(CommandError::Failed(format!("'{state}' is none of {}", known.join(", "))));
    };
    context.exchange.presence().set_device(device, state);
    Ok(format!("Changing {device} to {state}"))
}

fn presences(context: &Context, _: &[String]) -> Answer {
    let mut text = String::new();
    for (provider, value) in context.exchange.presence().presences() {
        let state = column(value.state.name(), 11);
        let PresenceValue { subtype, message, .. } = value;
        let _ =
            writeln!(text, "Provider: {provider}  State: {state}  Subtype: {subtype}  Message: {message}");
    }
    Ok(text)
}

fn change_presence(context: &Context, arguments: &[String]) -> Answer {
    let [provider, rest @ ..] = arguments else {
        return Err(CommandError::Usage(
            "presencestate change CustomPresence:NAME STATE[,SUBTYPE[,MESSAGE]]",
        ));
    };
    if !provider.starts_with("CustomPresence:") {
        return Err(CommandError::Failed("Only providers named CustomPresence:… can be set".to_owned()));
    }
    let Some(value) = PresenceValue::parse(&rest.join(" ")) else {
        let known = "not_set, unavailable, available, away, xa, chat and dnd";
        return Err(CommandError::Failed(format!("The state is one of {known}")));
    };
    let said = format!("Changing {provider} to {}", value.state.name());
    context.exchange.presence().set_presence(provider, value);
    Ok(said)
}
