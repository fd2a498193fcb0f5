//! `Dictate([folder[,file]])`: records a dictation, which the caller steers by keys and may go on with another day.
//!
//! Without a file the caller enters its number; files are `NUMBER.raw` in `dictate` of the spool folder, or in the folder that is named.
//! It begins with listening, paused. Keys: `1` changes between dictating and listening, `*` pauses and goes on, `0` explains,
//! `#` ends this dictation and asks for another one. While listening `2` changes the speed (1 to 4), `7` winds back and `8` forward;
//! while dictating `8` lets what follows take the place of what is there.

use std::path::PathBuf;
use std::time::Duration;

use call_control::{Call, CallError, ChannelState, PlayEnd, PlaybackControl, ReadDigits};
use dialplan_vm::Outcome;
use say::{Gender, Language};

use super::record::{Stopped, Wanted, record};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::applications::say::list::play_until;
use crate::dialplan::DialplanChannel;

/// How far a key winds.
const WIND: Duration = Duration::from_millis(3_200);
/// The fastest that a dictation is heard.
const FASTEST: u32 = 4;
/// How often a faster playback leaves a piece out.
const PIECE: Duration = Duration::from_millis(100);
/// The wait for keys while nothing plays.
const IDLE: Duration = Duration::from_secs(3_600);
/// Most keys of a number.
const LONGEST: usize = 80;

/// What a dictation does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Listening,
    Dictating,
}

/// One dictation.
#[derive(Debug)]
struct Dictation {
    /// Without its extension.
    path: PathBuf,
    mode: Mode,
    paused: bool,
    speed: u32,
    /// How far it was heard.
    position: Duration,
    /// What is said next takes the place of what is there.
    anew: bool,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Say(&'static [&'static str]),
    TellSpeed,
    End,
    Nothing,
}

impl Dictation {
    fn new(path: PathBuf) -> Self {
        Self { path, mode: Mode::Listening, paused: true, speed: 1, position: Duration::ZERO, anew: false }
    }

    /// What a key changes, and what is said to it.
    fn press(&mut self, key: char) -> Act {
        match (key, self.mode) {
            ('1', mode) => {
                self.paused = true;
                (self.mode, self.anew) = match mode {
                    Mode::Listening => (Mode::Dictating, false),
                    Mode::Dictating => (Mode::Listening, false),
                };
                Act::Say(self.standing())
            }
            ('2', Mode::Listening) => {
                self.speed = self.speed % FASTEST + 1;
                Act::TellSpeed
            }
            ('7', Mode::Listening) => {
                self.position = self.position.saturating_sub(WIND);
                Act::Nothing
            }
            ('8', Mode::Listening) => {
                self.position += WIND;
                Act::Nothing
            }
            ('8', Mode::Dictating) => {
                self.anew = !self.anew;
                if self.anew { Act::Say(&["dictate/truncating_audio"]) } else { Act::Nothing }
            }
            ('*', mode) => {
                self.paused = !self.paused;
                Act::Say(match (self.paused, mode) {
                    (true, _) => &["dictate/pause"],
                    (false, Mode::Listening) => &["dictate/playback"],
                    (false, Mode::Dictating) => &["dictate/record"],
                })
            }
            ('0', mode) => {
                self.paused = true;
                Act::Say(match mode {
                    Mode::Listening => &["dictate/paused", "dictate/play_help", "dictate/both_help"],
                    Mode::Dictating => &["dictate/paused", "dictate/record_help", "dictate/both_help"],
                })
            }
            ('#', _) => Act::End,
            _ => Act::Nothing,
        }
    }

    /// The prompts of the mode that it is in.
    fn standing(&self) -> &'static [&'static str] {
        match self.mode {
            Mode::Listening => &["dictate/playback_mode", "dictate/paused"],
            Mode::Dictating => &["dictate/record_mode", "dictate/paused"],
        }
    }
}

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|text| !text.is_empty());
    let spool = channel.exchange.configuration().folders.spool.join("dictate");
    let folder = argument(0).map_or(spool.clone(), |folder| spool.join(folder));
    let mut file = argument(1).map(str::to_owned);
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    loop {
        let name = match file.take() {
            Some(name) => name,
            None => ask(channel).await?,
        };
        if name.is_empty() {
            return Ok(Outcome::Continue);
        }
        let mut dictation = Dictation::new(folder.join(name));
        if !attend(channel, &mut dictation).await? {
            return Ok(Outcome::Continue);
        }
    }
}

/// The number of a dictation.
async fn ask(channel: &DialplanChannel) -> Result<String, CallError> {
    let rule = ReadDigits {
        max: LONGEST,
        first: channel.response_timeout,
        between: channel.digit_timeout,
        terminator: Some('#'),
    };
    let pressed = say(channel, &["dictate/enter_filename"]).await?;
    let entered = channel.call.read_after(pressed, &rule).await?;
    Ok(entered.replace('*', ""))
}

/// One dictation from its beginning to `#`. `false` where it cannot be written.
async fn attend(channel: &DialplanChannel, dictation: &mut Dictation) -> Result<bool, CallError> {
    let mut key = say(channel, &["dictate/forhelp"]).await?;
    if key.is_none() {
        key = say(channel, dictation.standing()).await?;
    }
    loop {
        let pressed = match key.take() {
            Some(pressed) => pressed,
            None => match go_on(channel, dictation).await? {
                Some(pressed) => pressed,
                None => return Ok(false),
            },
        };
        key = match dictation.press(pressed) {
            Act::Say(prompts) => say(channel, prompts).await?,
            Act::TellSpeed => {
                let language = Language::of(&channel.call.language());
                let number = language.number(dictation.speed.into(), Gender::default());
                play_until(channel, "Dictate", &number, |_| true).await?
            }
            Act::Nothing => None,
            Act::End => return Ok(true),
        };
    }
}

/// Plays, records or waits until a key. `None` where the file cannot be written.
async fn go_on(channel: &DialplanChannel, dictation: &mut Dictation) -> Result<Option<char>, CallError> {
    if dictation.paused {
        return next_key(&channel.call).await.map(Some);
    }
    if dictation.mode == Mode::Listening {
        return listen(channel, dictation).await.map(Some);
    }
    let wanted = Wanted {
        path: dictation.path.with_added_extension("raw"),
        append: !std::mem::take(&mut dictation.anew),
        keeps_unended: true,
        keeps_silence: true,
        silence: None,
        longest: None,
    };
    match record(channel, "Dictate", wanted, |_| true).await? {
        Stopped::Key(key) => Ok(Some(key)),
        Stopped::Silence | Stopped::Time | Stopped::Problem => Ok(None),
    }
}

/// Plays from where it was, and from the start again when it is over. What cannot be played is silence.
async fn listen(channel: &DialplanChannel, dictation: &mut Dictation) -> Result<char, CallError> {
    let name = dictation.path.to_string_lossy().into_owned();
    loop {
        let control = PlaybackControl::starting_at(dictation.position);
        let played = channel.call.play_controlled(&name, &control, |_| true);
        let end = tokio::select! {
            end = played => end,
            () = hurry(&control, dictation.speed) => Ok(PlayEnd::Finished),
        };
        dictation.position = control.position();
        match end {
            Ok(PlayEnd::Interrupted(key)) => return Ok(key),
            Ok(PlayEnd::Finished) => dictation.position = Duration::ZERO,
            Err(CallError::NoSuchSound(_) | CallError::UnreadableSound { .. }) => {
                return next_key(&channel.call).await;
            }
            Err(error) => return Err(error),
        }
        // A dictation of no length must not keep the exchange busy.
        channel.call.wait(PIECE).await?;
    }
}

async fn next_key(call: &Call) -> Result<char, CallError> {
    loop {
        if let Some(key) = call.next_digit(IDLE).await? {
            return Ok(key);
        }
    }
}

/// Leaves out so many pieces that it is heard at that speed. Never ends.
async fn hurry(control: &PlaybackControl, speed: u32) {
    if speed < 2 {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(PIECE).await;
        control.forward(PIECE * (speed - 1));
    }
}

/// Plays prompts until a key.
async fn say(channel: &DialplanChannel, prompts: &[&'static str]) -> Result<Option<char>, CallError> {
    let prompts: Vec<say::Prompt> = prompts.iter().map(|name| (*name).into()).collect();
    play_until(channel, "Dictate", &prompts, |_| true).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_change_what_a_dictation_does() {
        let mut dictation = Dictation::new("/spool/7".into());
        assert!(matches!(dictation.press('*'), Act::Say(["dictate/playback"])) && !dictation.paused);
        assert_eq!((dictation.press('2'), dictation.speed), (Act::TellSpeed, 2));
        for _ in 0..3 {
            dictation.press('2');
        }
        assert_eq!(dictation.speed, 1, "after 4 comes 1");
        dictation.press('8');
        assert_eq!(dictation.position, WIND);
        dictation.press('7');
        dictation.press('7');
        assert_eq!(dictation.position, Duration::ZERO);
        dictation.press('1');
        assert_eq!((dictation.mode, dictation.paused), (Mode::Dictating, true));
        assert!(matches!(dictation.press('8'), Act::Say(["dictate/truncating_audio"])) && dictation.anew);
        assert!(dictation.press('8') == Act::Nothing && !dictation.anew);
        assert!(matches!(dictation.press('*'), Act::Say(["dictate/record"])) && !dictation.paused);
        assert!(matches!(dictation.press('0'), Act::Say([_, "dictate/record_help", _])) && dictation.paused);
        assert_eq!((dictation.press('5'), dictation.press('#')), (Act::Nothing, Act::End));
    }
}
