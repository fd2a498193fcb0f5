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
    /// Whether it goes on when the caller hangs up, and comes to its own end.
    pub outlives_caller: bool,
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
            outlives_caller: false,
        }
    };
    ($module:ident, $name:literal, $synopsis:literal, outlives_caller) => {
        $crate::applications::Application {
            outlives_caller: true,
            ..application!($module, $name, $synopsis, dead: true)
        }
    };
}

/// The application of that name, in any case.
pub fn find(name: &str) -> Option<&'static Application> {
    table().iter().find(|a| a.name.eq_ignore_ascii_case(name))
}

mod agi;
mod amd;
mod answer;
pub(crate) mod arguments;
mod background;
mod busy;
mod clear_hash;
mod congestion;
mod db_delete;
mod dial;
mod dialed_digits;
mod echo;
mod goto;
mod goto_if;
mod hangup;
mod hangup_cause_clear;
mod message_send;
mod music;
mod no_op;
mod pickup;
mod pickup_chan;
mod playback;
mod players;
mod progress;
mod read;
mod recording;
mod ringing;
mod set;
mod transfer;
mod verbose;
mod wait;
mod wait_exten;

use music::{mp3_player, music_on_hold, start_music_on_hold, stop_music_on_hold};
use players::{control_playback, milliwatt, morsecode, play_tones, stop_play_tones, zapateller};

/// Every application, by name.
pub fn table() -> &'static [Application] {
    const TABLE: &[Application] = &[
        application!(agi, "AGI", "Let a program outside the exchange steer the call.", outlives_caller),
        application!(amd, "AMD", "Tell humans from answering machines."),
        application!(answer, "Answer", "Answer the call."),
        application!(background, "BackGround", "Play prompts while the caller dials an extension."),
        application!(busy, "Busy", "Tell the caller that the line is busy."),
        application!(clear_hash, "ClearHash", "Forget a hash of the channel.", dead: true),
        application!(congestion, "Congestion", "Tell the caller that no line is free."),
        application!(control_playback, "ControlPlayback", "Play a prompt that the caller winds with keys."),
        Application {
            name: "DBdel",
            synopsis: "Take a value out of the data base.",
            run: |channel, arguments| Box::pin(db_delete::run_one(channel, arguments)),
            on_dead_channel: true,
        },
        Application {
            name: "DBdeltree",
            synopsis: "Take all values below a place out of the data base.",
            run: |channel, arguments| Box::pin(db_delete::run_tree(channel, arguments)),
            on_dead_channel: true,
        },
        application!(dial, "Dial", "Call phones or trunks and join the caller with the first that answers."),
        application!(echo, "Echo", "Send the caller's audio back until it presses #."),
        application!(goto, "Goto", "Go on at another priority, extension or context.", dead: true),
        application!(goto_if, "GotoIf", "Go on elsewhere when a condition holds.", dead: true),
        application!(hangup, "Hangup", "End the call.", dead: true),
        application!(hangup_cause_clear, "HangupCauseClear", "Forget how calls ended.", dead: true),
        application!(message_send, "MessageSend", "Send a text message.", dead: true),
        application!(mix_monitor, "MixMonitor", "Record the call while it goes on."),
        application!(milliwatt, "Milliwatt", "Play a tone to measure a line with."),
        application!(morsecode, "Morsecode", "Play a text in Morse code."),
        application!(mp3_player, "MP3Player", "Play a file, a playlist or a stream."),
        application!(music_on_hold, "MusicOnHold", "Play music, for a time or until the caller hangs up."),
        application!(no_op, "NoOp", "Do nothing but show the arguments.", dead: true),
        application!(pickup, "Pickup", "Take a call that rings elsewhere."),
        application!(pickup_chan, "PickupChan", "Take the call that rings on a channel."),
        application!(playback, "Playback", "Play prompts."),
        application!(play_tones, "PlayTones", "Play a tone while the dialplan goes on."),
        application!(progress, "Progress", "Open early media towards the caller."),
        application!(read, "Read", "Read keys into a variable."),
        application!(ringing, "Ringing", "Tell the caller that it rings."),
        application!(set, "Set", "Set a variable or a function's value.", dead: true),
        application!(start_music_on_hold, "StartMusicOnHold", "Play music while the dialplan goes on."),
        application!(stop_mix_monitor, "StopMixMonitor", "End the recording of the call.", dead: true),
        application!(stop_music_on_hold, "StopMusicOnHold", "End the music."),
        application!(stop_play_tones, "StopPlayTones", "End the tone."),
        application!(transfer, "Transfer", "Ask the caller's phone to call somebody else."),
        application!(verbose, "Verbose", "Show a line on the console.", dead: true),
        application!(wait, "Wait", "Wait some seconds."),
        application!(wait_exten, "WaitExten", "Wait for the caller to dial an extension."),
        application!(zapateller, "Zapateller", "Play the tones of an unassigned number."),
    ];
    TABLE
}
