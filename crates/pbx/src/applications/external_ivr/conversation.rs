//! The conversation with a program: commands and events at once.

use std::pin::pin;
use std::time::{Duration, UNIX_EPOCH};

use billing_agi::agi::Lines;
use call_control::{Call, HangupCause};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::outgoing::Outgoing;
use super::player::Player;
use super::protocol::{Command, Event};
use crate::applications::flow::send_dtmf;
use crate::deadline::until;
use crate::dialplan::{DialplanChannel, substitute_waiting};

/// What is read at once, in octets.
const PIECE: usize = 4_096;

/// Events between the player and the program, which are taken at once.
const MOST_EVENTS: usize = 4_096;

/// How long the last events may take to be read.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How the application was told to go about it.
pub(super) struct Manner {
    pub(super) ignores_hang_up: bool,
    pub(super) is_dead: bool,
    /// What `P` is answered.
    pub(super) parameters: String,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The dialplan goes on.
    GoesOn,
    /// The call is over.
    HungUp,
}

/// What a command comes to.
enum Done {
    Told(Vec<Event>),
    Last(Event, End),
}

impl Done {
    const NOTHING: Self = Self::Told(Vec::new());
}

/// Talks to a program until it has enough, or the caller; a sentence where it goes away without a word.
pub(super) async fn converse<R, W>(
    channel: &mut DialplanChannel,
    input: R,
    output: W,
    manner: &Manner,
) -> Result<End, String>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut outgoing = Outgoing::new(output);
    let end = talk(channel, input, &mut outgoing, manner).await;
    // A program that is gone reads nothing.
    let _ = timeout(LAST_WORDS, outgoing.send()).await;
    if outgoing.left_out > 0 {
        let count = outgoing.left_out;
        channel.warning(format!("ExternalIVR: the program does not read: {count} events were left out"));
    }
    end
}

async fn talk<R, W>(
    channel: &mut DialplanChannel,
    input: R,
    outgoing: &mut Outgoing<W>,
    manner: &Manner,
) -> Result<End, String>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let call = channel.call.clone();
    let (events, mut told) = mpsc::channel(MOST_EVENTS);
    let player = Player::new(call.clone(), events);
    let mut playing = pin!(player.run());
    let mut incoming = Incoming { input, lines: Lines::default() };
    // Whether there is nobody left who hears and presses keys.
    let mut is_alone = call.state().is_ended();
    let mut watches = !manner.is_dead && !is_alone;
    loop {
        let line = tokio::select! {
            biased;
            () = ended(&call, channel.ends_at), if watches => {
                watches = false;
                if manner.ignores_hang_up {
                    say(channel, outgoing, &Event::with('I', "HANGUP"));
                    continue;
                }
                say(channel, outgoing, &Event::new('H'));
                return Ok(End::HungUp);
            }
            Some(event) = told.recv() => {
                say(channel, outgoing, &event);
                continue;
            }
            () = outgoing.send(), if outgoing.has_unsent() => continue,
            _ = &mut playing, if !is_alone => {
                is_alone = true;
                continue;
            }
            line = incoming.next() => line?,
        };
        let done = {
            let mut work = pin!(obey(channel, &player, manner, is_alone, &line));
            loop {
                tokio::select! {
                    biased;
                    done = &mut work => break done,
                    _ = &mut playing, if !is_alone => is_alone = true,
                }
            }
        };
        // Events that came before the command's own stand before them.
        while let Ok(event) = told.try_recv() {
            say(channel, outgoing, &event);
        }
        match done {
            Done::Told(events) => events.iter().for_each(|event| say(channel, outgoing, event)),
            Done::Last(event, end) => {
                say(channel, outgoing, &event);
                return Ok(end);
            }
        }
    }
}

/// Until the caller hangs up, or the call has lasted as long as it may.
async fn ended(call: &Call, ends_at: Option<Instant>) {
    tokio::select! {
        _ = call.hung_up() => {}
        () = until(ends_at) => call.hangup(HangupCause::NORMAL),
    }
}

fn say<W: AsyncWrite + Unpin>(channel: &DialplanChannel, outgoing: &mut Outgoing<W>, event: &Event) {
    let now = channel.exchange.clock().now().duration_since(UNIX_EPOCH).unwrap_or_default();
    outgoing.say(&event.at(now.as_secs()).to_string());
}

/// What the program says.
struct Incoming<R> {
    input: R,
    lines: Lines,
}

impl<R: AsyncRead + Unpin> Incoming<R> {
    /// The next line. Nothing is lost when it is dropped half-way.
    async fn next(&mut self) -> Result<String, String> {
        let mut piece = [0; PIECE];
        loop {
            match self.lines.next_line() {
                Ok(Some(line)) if line.is_empty() => continue,
                Ok(Some(line)) => return Ok(line),
                Ok(None) => {}
                Err(error) => return Err(error.to_string()),
            }
            match self.input.read(&mut piece).await {
                Ok(0) => return Err("it has gone without a word: E ends it, H ends the call".to_owned()),
                Ok(count) => self.lines.push(piece.get(..count).unwrap_or_default()),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

/// Does what a line says.
async fn obey(
    channel: &mut DialplanChannel,
    player: &Player,
    manner: &Manner,
    is_alone: bool,
    line: &str,
) -> Done {
    let command = match Command::parse(line) {
        Ok(command) => command,
        Err(problem) => {
            channel.warning(format!("ExternalIVR: {problem}"));
            return Done::Told(vec![Event::new('Z')]);
        }
    };
    match command {
        Command::Play(file) if can_play(channel, &file, is_alone) => {
            let cleared = player.clear();
            player.append(&file);
            Done::Told(cleared)
        }
        Command::Append(file) if can_play(channel, &file, is_alone) && player.append(&file) => Done::NOTHING,
        Command::Play(file) | Command::Append(file) => Done::Told(vec![Event::with('Z', file)]),
        Command::Interrupt => Done::Told(player.clear()),
        Command::AutoClear(on) => {
            player.set_auto_clear(on);
            Done::NOTHING
        }
        Command::Press { keys, between, each } => {
            let arguments = format!("{keys},{},{}", between.as_millis(), each.as_millis());
            // A caller who leaves meanwhile is noticed by whoever waits for that.
            let _ = send_dtmf::run(channel, &arguments).await;
            Done::NOTHING
        }
        Command::Answer => match channel.call.answer().await {
            Ok(()) => Done::NOTHING,
            Err(_) => Done::Told(vec![Event::with('Z', "ANSWER_FAILED")]),
        },
        Command::Get(names) => {
            let mut values = Vec::with_capacity(names.len());
            for name in names {
                let value = substitute_waiting(channel, &format!("${{{name}}}")).await;
                values.push(format!("{name}={value}"));
            }
            Done::Told(vec![Event::with('G', values.join(","))])
        }
        Command::Set(values) => {
            for (name, value) in values {
                channel.assign_waiting(&name, &value).await;
            }
            Done::NOTHING
        }
        Command::Parameters => Done::Told(vec![Event::with('P', &*manner.parameters)]),
        Command::Log(text) => {
            channel.verbose(1, format!("ExternalIVR: {text}"));
            Done::NOTHING
        }
        Command::Exit(text) => {
            channel.verbose(2, format!("ExternalIVR exits: {text}"));
            Done::Last(Event::new('E'), End::GoesOn)
        }
        Command::HangUp(text) => {
            channel.verbose(2, format!("ExternalIVR hangs up: {text}"));
            channel.call.hangup(HangupCause::NORMAL);
            Done::Last(Event::new('H'), End::HungUp)
        }
    }
}

/// Whether there is such a file, and somebody who could hear it.
fn can_play(channel: &DialplanChannel, file: &str, is_alone: bool) -> bool {
    !is_alone && channel.exchange.switchboard().prompts().exists(file, &channel.call.language())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::Bench;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex, split};

    fn manner(ignores_hang_up: bool) -> Manner {
        Manner { ignores_hang_up, is_dead: false, parameters: "/bin/menu,one".to_owned() }
    }

    /// The next event without its time.
    async fn event(program: &mut BufReader<DuplexStream>) -> String {
        let mut line = String::new();
        program.read_line(&mut line).await.unwrap();
        let (tag, rest) = line.trim_end().split_once(',').unwrap_or((line.trim_end(), ""));
        let data = rest.split_once(',').map(|(_, data)| format!(",{data}")).unwrap_or_default();
        format!("{tag}{data}")
    }

    #[tokio::test]
    async fn commands_are_obeyed_in_order() {
        let mut bench = Bench::new().await;
        let (ours, theirs) = duplex(4_096);
        let (input, output) = split(ours);
        let program = async {
            let mut program = BufReader::new(theirs);
            program.write_all(b"P\nV,A=1,B=two\nG,A,B,EXTEN\nQ\nS,no-such\nI\nE,done\nP\n").await.unwrap();
            let mut events = Vec::new();
            for _ in 0..5 {
                events.push(event(&mut program).await);
            }
            events
        };
        let manner = manner(false);
        let (end, events) = tokio::join!(converse(&mut bench.channel, input, output, &manner), program);
        assert_eq!(end, Ok(End::GoesOn));
        assert_eq!(events, ["P,/bin/menu,one", "G,A=1,B=two,EXTEN=100", "Z", "Z,no-such", "E"]);
        assert_eq!(bench.channel.call.variable("B").as_deref(), Some("two"));
    }

    #[tokio::test]
    async fn a_hang_up_ends_it_or_is_told() {
        for (ignores, tag) in [(false, "H"), (true, "I,HANGUP")] {
            let mut bench = Bench::new().await;
            let call = bench.channel.call.clone();
            let (ours, theirs) = duplex(4_096);
            let (input, output) = split(ours);
            let program = async {
                let mut program = BufReader::new(theirs);
                call.hangup(HangupCause::NORMAL);
                let told = event(&mut program).await;
                if ignores {
                    program.write_all(b"H,enough\n").await.unwrap();
                }
                told
            };
            let manner = manner(ignores);
            let (end, told) = tokio::join!(converse(&mut bench.channel, input, output, &manner), program);
            assert_eq!((end, told.as_str()), (Ok(End::HungUp), tag));
        }
    }

    #[tokio::test]
    async fn a_program_that_goes_without_a_word_is_told_of() {
        let mut bench = Bench::new().await;
        let (ours, theirs) = duplex(64);
        drop(theirs);
        let (input, output) = split(ours);
        let end = converse(&mut bench.channel, input, output, &manner(false)).await;
        assert!(end.is_err_and(|problem| problem.contains("gone without a word")));
    }
}
