//! What happens on the switchboard, told to the ledger.

use call_control::{CallSnapshot, ChannelState, Event, Observer};

use super::CallRecords;
use super::ledger::ChannelFacts;

/// Channels that carry a text and no call.
const TEXTS: &str = "Message/";

impl Observer for CallRecords {
    fn notice(&self, event: &Event) {
        match event {
            Event::ChannelCreated { channel } if !channel.name.starts_with(TEXTS) => {
                let account = self.account_of(&channel.name);
                self.update(|ledger, now| ledger.begin(now, facts(channel), account));
            }
            Event::ChannelState { channel, state: ChannelState::Up } => {
                self.update(|ledger, now| ledger.answered(now, &channel.name));
            }
            Event::ApplicationStarted { channel, application, arguments } => {
                self.update(|ledger, now| ledger.application(now, facts(channel), application, arguments));
            }
            Event::Dialled { channel, branch } => {
                self.update(|ledger, now| ledger.dialled(now, &channel.name, branch));
            }
            Event::DialAnswered { channel, branch } => {
                self.update(|ledger, _| ledger.dial_answered(&channel.name, branch));
            }
            Event::DialPickedUp { channel, branch, taker } => {
                self.update(|ledger, _| ledger.picked_up(&channel.name, branch, taker));
            }
            Event::DialFailed { channel, branch, cause } => {
                self.update(|ledger, now| ledger.dial_failed(now, &channel.name, branch, *cause));
            }
            Event::DialEnded { channel, status, .. } => {
                self.update(|ledger, now| ledger.dial_ended(now, &channel.name, *status));
            }
            Event::BridgeEntered { channel, bridge } => {
                self.update(|ledger, now| ledger.bridge_entered(now, &channel.name, bridge));
            }
            Event::BridgeLeft { channel, bridge } => {
                self.update(|ledger, now| ledger.bridge_left(now, &channel.name, bridge));
            }
            Event::ChannelEnded { channel, cause } => {
                self.update(|ledger, now| ledger.ended(now, facts(channel), *cause, channel.attended));
            }
            Event::ChannelReleased { channel } => {
                self.update(|ledger, now| ledger.released(now, &channel.name));
            }
            _ => {}
        }
    }
}

fn facts(channel: &CallSnapshot) -> ChannelFacts<'_> {
    channel.into()
}
