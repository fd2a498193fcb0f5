//! What happened, in words.

use call_control::{CallSnapshot, Event};
use tokio::time::Instant;

use super::stage::Stage;
use crate::configuration::Configuration;

/// What happened so far, each with its time.
#[derive(Default)]
pub(super) struct Story {
    told: usize,
    lines: Vec<(Instant, String)>,
}

impl Story {
    /// Notes what the caller does.
    pub(super) fn note(&mut self, text: &str) {
        self.lines.push((Instant::now(), format!("> {text}")));
    }

    /// Takes in what has happened; `own` is the caller's channel.
    pub(super) fn take_in(&mut self, stage: &Stage, own: &str) {
        let configuration = stage.exchange.configuration();
        for (at, event) in stage.witness.since(self.told) {
            self.told += 1;
            if let Some(text) = sentence(&configuration, own, &event) {
                self.lines.push((at, text));
            }
        }
    }

    /// A line each, with the seconds since `began`.
    pub(super) fn lines(&self, began: Instant) -> Vec<String> {
        let seconds = |at: &Instant| at.saturating_duration_since(began).as_secs_f64();
        self.lines.iter().map(|(at, text)| format!("{:>9.3}  {text}", seconds(at))).collect()
    }
}

/// An event in words.
fn sentence(configuration: &Configuration, own: &str, event: &Event) -> Option<String> {
    let who = |channel: &CallSnapshot| match channel.name == own {
        true => String::new(),
        false => format!("{}: ", channel.name),
    };
    Some(match event {
        Event::ApplicationStarted { channel, application, arguments } => {
            format!("{}{application}({arguments}){}", who(channel), place(configuration, channel))
        }
        Event::PlaybackStarted { channel, file } => format!("{}hears {file}", who(channel)),
        Event::IndicationStarted { channel, tone } => format!("{}hears {tone} tone", who(channel)),
        Event::ChannelState { channel, state } => format!("{} is {state}", channel.name),
        Event::BridgeEntered { channel, .. } if channel.name == own => {
            format!("talks to {}", channel.bridged_with.as_deref().unwrap_or("somebody"))
        }
        Event::ChannelEnded { channel, cause } => format!("{} ends: {cause}", channel.name),
        Event::UserEvent { channel, name, .. } => format!("{}tells of {name}", who(channel)),
        Event::Warning { text, .. } => format!("! {text}"),
        _ => return None,
    })
}

/// Where the step of a channel is written.
fn place(configuration: &Configuration, channel: &CallSnapshot) -> String {
    let at = &channel.position;
    let caller = Some(channel.caller.number.as_str());
    let found = configuration.dialplan.find(&at.context, &at.extension, caller, at.priority);
    let place = found.and_then(|found| configuration.sources.place(found.step.span()));
    place.map_or_else(String::new, |place| {
        let file = place.path.file_name().unwrap_or(place.path.as_os_str()).display().to_string();
        format!("   [{file}:{}]", place.line)
    })
}
