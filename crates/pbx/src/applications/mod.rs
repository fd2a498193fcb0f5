//! Dialplan applications: one file each, one line each in [`table`].
//!
//! An application is an async function over a [`DialplanChannel`]. It reads from top to bottom; when the party hangs up it
//! is dropped at its next await, so it cleans up by `Drop` alone.

use call_control::{BoxFuture, CallError};
use dialplan_vm::Outcome;

use crate::dialplan::DialplanChannel;
use recording::{mix_monitor, stop_mix_monitor};

/// What an application comes to: where the dialplan goes on, or why the call is over.
pub type ApplicationResult = Result<Outcome, CallError>;

/// The function behind an application: the channel, and the arguments after substitution.
type Run = for<'a> fn(&'a mut DialplanChannel, &'a str) -> BoxFuture<'a, ApplicationResult>;

/// A dialplan application as the table lists it.
#[derive(Clone, Copy)]
pub struct Application {
    /// The name as consoles show it; dialplans may write it in any case.
    pub name: &'static str,
    /// One line for `core show applications`.
    pub synopsis: &'static str,
    /// Runs it.
    pub run: Run,
    /// Whether it does something on a channel that has ended, as in `h`.
    pub on_dead_channel: bool,
}

/// Makes a row of the table: `application!(echo, "Echo", "synopsis")` runs `echo::run`.
macro_rules! application {
    ($module:ident, $name:literal, $synopsis:literal) => {
        application!($module, $name, $synopsis, dead: false)
    };
    ($module:ident, $name:literal, $synopsis:literal, dead: $dead:literal) => {
        $crate::applications::Application {
            name: $name,
            synopsis: $synopsis,
            run: |channel, arguments| Box::pin($module::run(channel, arguments)),
            on_dead_channel: $dead,
        }
    };
}

/// The application of that name, in any case.
pub fn find(name: &str) -> Option<&'static Application> {
    table().iter().find(|a| a.name.eq_ignore_ascii_case(name))
}

mod amd;
mod answer;
pub(crate) mod arguments;
mod background;
mod busy;
mod clear_hash;
mod conference;
mod congestion;
mod dial;
mod dialed_digits;
mod echo;
mod goto;
mod goto_if;
mod hangup;
mod message_send;
mod no_op;
mod pickup;
mod pickup_chan;
mod playback;
mod progress;
mod read;
mod recording;
mod ringing;
mod set;
mod transfer;
mod verbose;
mod wait;
mod wait_exten;

use conference::{conf_bridge, conf_kick};

/// Every application, by name.
pub fn table() -> &'static [Application] {
    const TABLE: &[Application] = &[
        application!(amd, "AMD", "Tell humans from answering machines."),
        application!(answer, "Answer", "Answer the call."),
        application!(background, "BackGround", "Play prompts while the caller dials an extension."),
        application!(busy, "Busy", "Tell the caller that the line is busy."),
        application!(clear_hash, "ClearHash", "Forget a hash of the channel.", dead: true),
        application!(conf_bridge, "ConfBridge", "Take part in a conference."),
        application!(conf_kick, "ConfKick", "Send members out of a conference.", dead: true),
        application!(congestion, "Congestion", "Tell the caller that no line is free."),
        application!(dial, "Dial", "Call phones or trunks and join the caller with the first that answers."),
        application!(echo, "Echo", "Send the caller's audio back until it presses #."),
        application!(goto, "Goto", "Go on at another priority, extension or context.", dead: true),
        application!(goto_if, "GotoIf", "Go on elsewhere when a condition holds.", dead: true),
        application!(hangup, "Hangup", "End the call.", dead: true),
        application!(message_send, "MessageSend", "Send a text message.", dead: true),
        application!(mix_monitor, "MixMonitor", "Record the call while it goes on."),
        application!(no_op, "NoOp", "Do nothing but show the arguments.", dead: true),
        application!(pickup, "Pickup", "Take a call that rings elsewhere."),
        application!(pickup_chan, "PickupChan", "Take the call that rings on a channel."),
        application!(playback, "Playback", "Play prompts."),
        application!(progress, "Progress", "Open early media towards the caller."),
        application!(read, "Read", "Read keys into a variable."),
        application!(ringing, "Ringing", "Tell the caller that it rings."),
        application!(set, "Set", "Set a variable or a function's value.", dead: true),
        application!(stop_mix_monitor, "StopMixMonitor", "End the recording of the call.", dead: true),
        application!(transfer, "Transfer", "Ask the caller's phone to call somebody else."),
        application!(verbose, "Verbose", "Show a line on the console.", dead: true),
        application!(wait, "Wait", "Wait some seconds."),
        application!(wait_exten, "WaitExten", "Wait for the caller to dial an extension."),
    ];
    TABLE
}
