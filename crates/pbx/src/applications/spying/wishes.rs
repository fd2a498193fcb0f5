//! The options of `ChanSpy` and `ExtenSpy`.

use call_control::Call;

use crate::applications::arguments::Options;

/// Letters of options that are heeded; `l` asks for what is done in any case.
const KNOWN: &str = "bBcdeEglnNoqrsSuvwWxX";

/// What somebody who listens in wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Channels that talk with another alone: `b`.
    pub(super) only_bridged: bool,
    /// How it begins.
    pub(super) mode: Mode,
    /// 4, 5 and 6 change the mode: `d`.
    pub(super) mode_keys: bool,
    /// Hears only what the party says: `o`.
    pub(super) only_said: bool,
    /// Neither a beep nor a name before a channel: `q`.
    pub(super) quiet: bool,
    /// Says the name that the party has recorded for its mailbox: `n(mailbox,context)`.
    pub(super) name: Option<RecordedName>,
    /// The technology of a channel is not said with its name: `s`.
    pub(super) without_technology: bool,
    /// Does not answer the spy's own channel: `N`.
    pub(super) unanswered: bool,
    /// Volume at the beginning: `v(x)`.
    pub(super) volume: i8,
    /// The key for the next channel: `c(key)`.
    pub(super) next_key: char,
    /// The key that ends it: `x(key)`.
    pub(super) exit_key: Option<char>,
    /// A key that is an extension leads there: `X`.
    pub(super) exits_to_extension: bool,
    /// Ends with the first channel: `E`.
    pub(super) ends_with_channel: bool,
    /// Ends when there is no channel left: `S`.
    pub(super) ends_without_channels: bool,
    /// Channels with one of these in `SPYGROUP` alone: `g(group:…)`.
    pub(super) groups: Option<Vec<String>>,
    /// Channels of these endpoints alone: `e(name:…)`.
    pub(super) endpoints: Option<Vec<String>>,
    /// Records what is heard: `r(name)`.
    pub(super) recording: Option<String>,
    /// The name is that of one channel, or its unique id: `u`.
    pub(super) whole_name: bool,
    /// What was asked for and is not known here.
    pub(super) unknown: Vec<char>,
}

/// Where the name of a party is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RecordedName {
    /// That of the channel's endpoint where it is not given.
    pub(super) mailbox: Option<String>,
    pub(super) context: Option<String>,
}

impl RecordedName {
    fn parse(text: &str) -> Self {
        let (mailbox, context) = text.split_once([',', '@']).unwrap_or((text, ""));
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Self { mailbox: given(mailbox), context: given(context) }
    }
}

/// What a spy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It listens.
    Listen,
    /// The party hears it: `w`.
    Whisper,
    /// The party hears it, and it hears nothing: `W`.
    WhisperOnly,
    /// Both parties hear it: `B`.
    Barge,
}

impl Wishes {
    pub(super) fn parse(text: &str) -> Self {
        let options = Options::parse(text);
        let list = |letter: char| {
            let listed = options.argument(letter)?;
            let names = listed.split(':').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
            Some(names.collect())
        };
        let key = |letter: char| options.argument(letter).and_then(|text| text.trim().chars().next());
        let mode = match () {
            () if options.has('B') => Mode::Barge,
            () if options.has('W') => Mode::WhisperOnly,
            () if options.has('w') => Mode::Whisper,
            () => Mode::Listen,
        };
        let volume = options.argument('v').and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        let recording =
            options.has('r').then(|| options.argument('r').unwrap_or("chanspy").trim().to_owned());
        Self {
            only_bridged: options.has('b'),
            mode,
            mode_keys: options.has('d'),
            only_said: options.has('o'),
            quiet: options.has('q'),
            name: options.has('n').then(|| RecordedName::parse(options.argument('n').unwrap_or_default())),
            without_technology: options.has('s'),
            unanswered: options.has('N'),
            volume: i8::clamp(volume, -4, 4),
            next_key: key('c').unwrap_or('*'),
            exit_key: key('x'),
            exits_to_extension: options.has('X'),
            ends_with_channel: options.has('E'),
            ends_without_channels: options.has('S'),
            groups: list('g'),
            endpoints: list('e'),
            recording: recording.map(|name| if name.is_empty() { "chanspy".to_owned() } else { name }),
            whole_name: options.has('u'),
            unknown: options.others(KNOWN),
        }
    }

    /// Whether a channel may be listened to.
    pub(super) fn admit(&self, call: &Call) -> bool {
        let group = || call.variable("SPYGROUP").unwrap_or_default();
        let in_group = |groups: &Vec<String>| {
            let of = group();
            of.split(':').any(|group| groups.iter().any(|wanted| wanted == group.trim()))
        };
        let named = |names: &Vec<String>| names.iter().any(|name| name.eq_ignore_ascii_case(call.resource()));
        (!self.only_bridged || call.partner().is_some())
            && self.groups.as_ref().is_none_or(in_group)
            && self.endpoints.as_ref().is_none_or(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood() {
        let plain = Wishes::parse("");
        assert_eq!((plain.mode, plain.next_key, plain.exit_key, plain.volume), (Mode::Listen, '*', None, 0));
        let wishes = Wishes::parse("bqdwv(9)c(7)x(9)g(sales:support)e(alice)r(x)ESXuosNDn(100,desk)");
        assert_eq!((wishes.mode, wishes.volume, wishes.next_key), (Mode::Whisper, 4, '7'));
        assert_eq!((wishes.exit_key, wishes.unknown), (Some('9'), vec!['D']));
        let name = RecordedName { mailbox: Some("100".to_owned()), context: Some("desk".to_owned()) };
        assert_eq!((wishes.name, wishes.without_technology, wishes.unanswered), (Some(name), true, true));
        assert_eq!(wishes.groups, Some(vec!["sales".to_owned(), "support".to_owned()]));
        assert_eq!(
            (wishes.endpoints, wishes.recording),
            (Some(vec!["alice".to_owned()]), Some("x".to_owned()))
        );
        assert_eq!((Wishes::parse("B").mode, Wishes::parse("W").mode), (Mode::Barge, Mode::WhisperOnly));
        assert_eq!(Wishes::parse("r").recording.as_deref(), Some("chanspy"));
    }
}
