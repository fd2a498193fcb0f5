//! Dialplan applications: one file each, one line each in [`table`].
//!
//! An application is an async function over a [`DialplanChannel`]. It reads from top to bottom; when the party hangs up it
//! is dropped at its next await, so it cleans up by `Drop` alone.

use std::cmp::Ordering;

use call_control::{BoxFuture, CallError};
use dialplan_vm::Outcome;

use crate::dialplan::DialplanChannel;
use recording::wait_for_talk::{noise as wait_for_noise, silence as wait_for_silence};
use recording::{background_detect, dictate, mix_monitor, monitor, record, stop_mix_monitor, stop_monitor};
use spying::{chan_spy, exten_spy};
use streams::audio_socket;

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
    let table = table();
    table.binary_search_by(|application| order(application.name, name)).ok().map(|at| &table[at])
}

/// The order of the table: by name, whatever the case.
fn order(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.bytes(), b.bytes());
    a.map(|byte| byte.to_ascii_lowercase()).cmp(b.map(|byte| byte.to_ascii_lowercase()))
}

mod agi;
mod amd;
mod answer;
pub(crate) mod arguments;
mod background;
mod before_dialling;
mod busy;
mod call_records;
mod clear_hash;
mod conference;
mod congestion;
mod db_delete;
mod dial;
mod dialed_digits;
mod echo;
mod external_ivr;
mod flow;
mod goto;
mod goto_if;
mod hangup;
mod hangup_cause_clear;
mod message_send;
mod music;
mod no_op;
mod odbc_finish;
mod odbc_transaction;
mod pickup;
mod pickup_chan;
mod playback;
mod players;
mod progress;
mod read;
mod recording;
mod ringing;
pub mod say;
mod set;
mod sip;
mod spying;
mod stream_echo;
mod streams;
mod testing;
mod tones;
mod transfer;
mod verbose;
mod voicemail;
mod wait;
mod wait_exten;

use self::say::{
    alpha as say_alpha, alpha_case as say_alpha_case, counted_adj as say_counted_adj,
    counted_noun as say_counted_noun, digits as say_digits, espeak, festival, flite, money as say_money,
    number as say_number, ordinal as say_ordinal, phonetic as say_phonetic, unix_time as say_unix_time,
};
use self::sip::{
    add_header as sip_add_header, hangup as pjsip_hangup, notify as pjsip_notify,
    remove_header as sip_remove_header,
};
pub use agi::AgiDebug;
use agi::eagi;
use call_records::{fork_cdr, no_cdr, reset_cdr, set_ama_flags};
use conference::{conf_bridge, conf_kick};
#[doc(hidden)]
pub use external_ivr::fuzzing;
pub(crate) use flow::routine::begin as begin_routine;
use flow::{
    authenticate, channel_redirect, continue_while, disa, dump_chan, else_, else_if, end_if, end_while, exec,
    exec_if, exec_if_time, exit_if, exit_while, gosub, gosub_if, goto_if_time, if_, import_var, incomplete,
    jabber, log, m_set, macro_, macro_exit, macro_if, originate, privacy_manager, proceeding,
    raise_exception, random, read_exten, receive_text, return_, send_dtmf, send_text, soft_hangup, stack_pop,
    system, try_exec, try_system, user_event, wait_digit, wait_for_condition, wait_until, while_,
};
use music::{mp3_player, music_on_hold, set_music_on_hold, start_music_on_hold, stop_music_on_hold};
use odbc_transaction::{commit as odbc_commit, rollback as odbc_rollback};
use players::{control_playback, milliwatt, morsecode, play_tones, stop_play_tones, zapateller};
use testing::{test_client, test_server};
use tones::{tone_scan, wait_for_tone};
use voicemail::{directory, vm_authenticate};

/// Every application, by name: [`find`] looks for one where it must stand.
pub fn table() -> &'static [Application] {
    const TABLE: &[Application] = &[
        application!(agi, "AGI", "Let a program outside the exchange steer the call.", outlives_caller),
        application!(amd, "AMD", "Tell humans from answering machines."),
        application!(answer, "Answer", "Answer the call."),
        application!(audio_socket, "AudioSocket", "Let a server hear the caller, and speak."),
        application!(authenticate, "Authenticate", "Let the caller go on who knows a password."),
        application!(background, "BackGround", "Play prompts while the caller dials an extension."),
        application!(background_detect, "BackgroundDetect", "Play a prompt until the caller talks."),
        application!(busy, "Busy", "Tell the caller that the line is busy."),
        application!(channel_redirect, "ChannelRedirect", "Send another channel to a place of the dialplan.", dead: true),
        application!(chan_spy, "ChanSpy", "Listen to other channels."),
        application!(clear_hash, "ClearHash", "Forget a hash of the channel.", dead: true),
        application!(conf_bridge, "ConfBridge", "Take part in a conference."),
        application!(conf_kick, "ConfKick", "Send members out of a conference.", dead: true),
        application!(congestion, "Congestion", "Tell the caller that no line is free."),
        application!(continue_while, "ContinueWhile", "Go back to the While around it.", dead: true),
        application!(control_playback, "ControlPlayback", "Play a prompt that the caller winds with keys."),
        application!(say_unix_time, "DateTime", "Say a moment, in a format."),
        Application {
            name: "DBdel",
            synopsis: "Take a value out of the data base.",
            run: |channel, arguments| Box::pin(db_delete::run_one(channel, arguments)),
            on_dead_channel: true,
            outlives_caller: false,
        },
        Application {
            name: "DBdeltree",
            synopsis: "Take all values below a place out of the data base.",
            run: |channel, arguments| Box::pin(db_delete::run_tree(channel, arguments)),
            on_dead_channel: true,
            outlives_caller: false,
        },
        application!(agi, "DeadAGI", "Let a program outside the exchange steer the call.", outlives_caller),
        application!(dial, "Dial", "Call phones or trunks and join the caller with the first that answers."),
        application!(dictate, "Dictate", "Record and hear a dictation by keys."),
        application!(directory, "Directory", "Let the caller find somebody by name."),
        application!(disa, "DISA", "Give a caller from outside the dial tone of the house."),
        application!(dump_chan, "DumpChan", "Show all that is known of the channel.", dead: true),
        application!(eagi, "EAGI", "Let a program that hears the caller steer the call.", outlives_caller),
        application!(echo, "Echo", "Send the caller's audio back until it presses #."),
        application!(else_, "Else", "What runs if no condition held.", dead: true),
        application!(else_if, "ElseIf", "What runs if no condition before held and this one does.", dead: true),
        application!(end_if, "EndIf", "The end of an If.", dead: true),
        application!(end_while, "EndWhile", "Go back to its While.", dead: true),
        application!(espeak, "Espeak", "Speak a text by espeak-ng, or what speech.conf says."),
        application!(exec, "Exec", "Run the application that a variable names.", dead: true),
        application!(exec_if, "ExecIf", "Run an application if a condition holds.", dead: true),
        application!(exec_if_time, "ExecIfTime", "Run an application at certain times.", dead: true),
        application!(exit_if, "ExitIf", "Go on behind the EndIf around it.", dead: true),
        application!(exit_while, "ExitWhile", "Go on behind the EndWhile around it.", dead: true),
        application!(exten_spy, "ExtenSpy", "Listen to the channels of an extension."),
        application!(
            external_ivr,
            "ExternalIVR",
            "Let a program say what is played, and hear of every key.",
            outlives_caller
        ),
        application!(festival, "Festival", "Speak a text by festival, or what speech.conf says."),
        application!(flite, "Flite", "Speak a text by flite, or what speech.conf says."),
        application!(fork_cdr, "ForkCDR", "Begin another call detail record beside the one that is there.", dead: true),
        application!(gosub, "Gosub", "Run a routine, which Return ends.", dead: true),
        application!(gosub_if, "GosubIf", "Run one of two routines.", dead: true),
        application!(goto, "Goto", "Go on at another priority, extension or context.", dead: true),
        application!(goto_if, "GotoIf", "Go on elsewhere when a condition holds.", dead: true),
        application!(goto_if_time, "GotoIfTime", "Go on elsewhere at certain times.", dead: true),
        application!(hangup, "Hangup", "End the call.", dead: true),
        application!(hangup_cause_clear, "HangupCauseClear", "Forget how calls ended.", dead: true),
        application!(if_, "If", "Run the steps up to its EndIf if a condition holds.", dead: true),
        application!(import_var, "ImportVar", "Take over a variable of another channel.", dead: true),
        application!(incomplete, "Incomplete", "Take more digits, and try the longer number."),
        application!(jabber, "JabberJoin", "Refused: there is no XMPP here.", dead: true),
        application!(jabber, "JabberLeave", "Refused: there is no XMPP here.", dead: true),
        application!(jabber, "JabberSend", "Refused: there is no XMPP here.", dead: true),
        application!(jabber, "JabberSendGroup", "Refused: there is no XMPP here.", dead: true),
        application!(log, "Log", "Write a line to the log.", dead: true),
        application!(macro_, "Macro", "Run the context of a macro.", dead: true),
        application!(macro_exit, "MacroExit", "End a macro.", dead: true),
        application!(macro_if, "MacroIf", "Run one of two macros.", dead: true),
        application!(message_send, "MessageSend", "Send a text message.", dead: true),
        application!(milliwatt, "Milliwatt", "Play a tone to measure a line with."),
        application!(mix_monitor, "MixMonitor", "Record the call while it goes on."),
        application!(monitor, "Monitor", "Record what the caller says and what it hears in two files."),
        application!(morsecode, "Morsecode", "Play a text in Morse code."),
        application!(mp3_player, "MP3Player", "Play a file, a playlist or a stream."),
        application!(m_set, "MSet", "Set several variables.", dead: true),
        application!(music_on_hold, "MusicOnHold", "Play music, for a time or until the caller hangs up."),
        application!(no_cdr, "NoCDR", "Leave the call out of the call detail records.", dead: true),
        application!(no_op, "NoOp", "Do nothing but show the arguments.", dead: true),
        application!(odbc_commit, "ODBC_Commit", "Make the work of a transaction count.", dead: true),
        application!(odbc_rollback, "ODBC_Rollback", "Undo the work of a transaction.", dead: true),
        application!(odbc_finish, "ODBCFinish", "Forget the rows of a data base that are left.", dead: true),
        application!(originate, "Originate", "Call somebody, and run something for whoever answers.", dead: true),
        application!(pickup, "Pickup", "Take a call that rings elsewhere."),
        application!(pickup_chan, "PickupChan", "Take the call that rings on a channel."),
        application!(pjsip_hangup, "PJSIPHangup", "Refuse a caller with a status of SIP."),
        application!(pjsip_notify, "PJSIPNotify", "Notify a phone of something.", dead: true),
        application!(playback, "Playback", "Play prompts."),
        application!(play_tones, "PlayTones", "Play a tone while the dialplan goes on."),
        application!(privacy_manager, "PrivacyManager", "Ask a caller without a number for one."),
        application!(proceeding, "Proceeding", "Tell the caller that its call is on its way."),
        application!(progress, "Progress", "Open early media towards the caller."),
        application!(raise_exception, "RaiseException", "Go on at the extension e.", dead: true),
        application!(random, "Random", "Go on elsewhere in some of the cases.", dead: true),
        application!(read, "Read", "Read keys into a variable."),
        application!(read_exten, "ReadExten", "Read an extension into a variable."),
        application!(receive_text, "ReceiveText", "Wait for a text of the caller."),
        application!(record, "Record", "Record what the caller says."),
        application!(reset_cdr, "ResetCDR", "Begin the call detail record anew.", dead: true),
        application!(return_, "Return", "End a routine.", dead: true),
        application!(ringing, "Ringing", "Tell the caller that it rings."),
        application!(say_alpha, "SayAlpha", "Spell a text."),
        application!(say_alpha_case, "SayAlphaCase", "Spell a text, and tell capitals from small letters."),
        application!(
            say_counted_adj,
            "SayCountedAdj",
            "Play the form of an adjective that a number asks for."
        ),
        application!(say_counted_noun, "SayCountedNoun", "Play the form of a noun that a number asks for."),
        application!(say_digits, "SayDigits", "Say digits one by one."),
        application!(say_money, "SayMoney", "Say an amount of money."),
        application!(say_number, "SayNumber", "Say a number in words."),
        application!(say_ordinal, "SayOrdinal", "Say a place in an order."),
        application!(say_phonetic, "SayPhonetic", "Spell a text with a word for each letter."),
        application!(say_unix_time, "SayUnixTime", "Say a moment, in a format."),
        application!(send_dtmf, "SendDTMF", "Press keys towards the caller."),
        application!(send_text, "SendText", "Show the caller a text."),
        application!(set, "Set", "Set a variable or a function's value.", dead: true),
        application!(set_ama_flags, "SetAMAFlags", "Say how billing is to treat the call.", dead: true),
        application!(set_music_on_hold, "SetMusicOnHold", "Choose the music that the caller hears.", dead: true),
        application!(sip_add_header, "SIPAddHeader", "Add a header to the calls that the channel makes.", dead: true),
        application!(sip_remove_header, "SIPRemoveHeader", "Take headers away that were added.", dead: true),
        application!(soft_hangup, "SoftHangup", "End another channel.", dead: true),
        application!(stack_pop, "StackPop", "Forget where the routine was called.", dead: true),
        application!(start_music_on_hold, "StartMusicOnHold", "Play music while the dialplan goes on."),
        application!(stop_mix_monitor, "StopMixMonitor", "End the recording of the call.", dead: true),
        application!(stop_monitor, "StopMonitor", "End what Monitor records.", dead: true),
        application!(stop_music_on_hold, "StopMusicOnHold", "End the music."),
        application!(stop_play_tones, "StopPlayTones", "End the tone."),
        application!(stream_echo, "StreamEcho", "Send the caller's audio back until it presses #."),
        application!(system, "System", "Run a command of the shell.", dead: true),
        application!(test_client, "TestClient", "Test the line to another exchange."),
        application!(test_server, "TestServer", "Be the other side of TestClient.", outlives_caller),
        application!(tone_scan, "ToneScan", "Find out which tone the caller's line has."),
        application!(transfer, "Transfer", "Ask the caller's phone to call somebody else."),
        application!(try_exec, "TryExec", "Run an application, and go on whatever comes of it.", dead: true),
        application!(try_system, "TrySystem", "Run a command of the shell, and go on if it cannot be run.", dead: true),
        application!(user_event, "UserEvent", "Tell managers of something.", dead: true),
        application!(verbose, "Verbose", "Show a line on the console.", dead: true),
        application!(
            vm_authenticate,
            "VMAuthenticate",
            "Let the caller go on who knows the password of a mailbox."
        ),
        application!(wait, "Wait", "Wait some seconds."),
        application!(wait_digit, "WaitDigit", "Wait for a key."),
        application!(wait_exten, "WaitExten", "Wait for the caller to dial an extension."),
        application!(wait_for_condition, "WaitForCondition", "Wait until an expression holds."),
        application!(wait_for_noise, "WaitForNoise", "Wait until the caller makes a sound."),
        application!(wait_for_silence, "WaitForSilence", "Wait until the caller is silent."),
        application!(wait_for_tone, "WaitForTone", "Wait until the caller sends a tone."),
        application!(wait_until, "WaitUntil", "Wait until a moment."),
        application!(while_, "While", "Run the steps up to its EndWhile as long as a condition holds.", dead: true),
        application!(zapateller, "Zapateller", "Play the tones of an unassigned number."),
    ];
    TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_stand_in_order_and_are_found_in_any_case() {
        for pair in table().windows(2) {
            assert_eq!(order(pair[0].name, pair[1].name), Ordering::Less, "{}", pair[1].name);
        }
        for application in table() {
            let found = find(&application.name.to_ascii_uppercase()).map(|found| found.name);
            assert_eq!(found, Some(application.name));
        }
        assert!(find("").is_none() && find("NoOpp").is_none() && find("zzz").is_none());
    }
}
