//! `allow` and `disallow`: what an endpoint may speak, best first.

use asterisk_conf::{Diagnostic, Entry, Span, suggest};
use media_bridge::Codec;

use crate::configuration::codec_names::{self, codec_of};
use crate::configuration::values::{Values, at};

/// Codecs of endpoints that name none.
const DEFAULT: &[&str] = &["ulaw", "alaw"];

/// Milliseconds in a packet of codecs that say so.
pub(super) type PacketTimes = Vec<(Codec, u16)>;

/// What an endpoint may speak.
pub(super) struct Allowed {
    /// Codecs by name, best first.
    pub(super) names: Vec<String>,
    /// How long their packets are to be, where that is said: `ulaw:30`.
    pub(super) packet_times: PacketTimes,
}

/// What `allow` and `disallow` come to, line by line in the order of the file.
pub(super) fn read(values: &mut Values<'_>) -> Allowed {
    let mut list = List::default();
    for entry in &values.section.entries {
        let allows = entry.is("allow");
        if allows || entry.is("disallow") {
            list.take(entry, allows);
        }
    }
    values.found.extend(list.found);
    let packet_times =
        list.chosen.iter().filter_map(|codec| Some((codec_of(&codec.name)?, codec.packet_time?)));
    let packet_times = packet_times.collect();
    Allowed { names: list.chosen.into_iter().map(|codec| codec.name).collect(), packet_times }
}

/// A codec that is left.
struct Chosen {
    name: String,
    packet_time: Option<u16>,
}

impl Chosen {
    fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), packet_time: None }
    }
}

/// The codecs that are left after some lines.
struct List {
    chosen: Vec<Chosen>,
    found: Vec<Diagnostic>,
    /// A line was seen.
    named: bool,
}

impl Default for List {
    fn default() -> Self {
        Self { chosen: DEFAULT.iter().copied().map(Chosen::plain).collect(), found: Vec::new(), named: false }
    }
}

impl List {
    /// Takes in one line.
    fn take(&mut self, entry: &Entry, allows: bool) {
        // The first `allow` of an endpoint that disallowed nothing begins a list of its own.
        if !std::mem::replace(&mut self.named, true) && allows {
            self.chosen.clear();
        }
        for word in entry.value.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (taken, name) = match word.strip_prefix('!') {
                Some(name) => (!allows, name),
                None => (allows, word),
            };
            // `ulaw:20` asks for packets of 20 ms.
            let (name, length) = name.split_once(':').map_or((name, None), |(name, ms)| (name, Some(ms)));
            let packet_time =
                length.and_then(|length| self.packet_time(word, length.trim(), entry.value.span));
            let name = name.trim().to_ascii_lowercase();
            self.take_codec(Chosen { name, packet_time }, taken, entry.value.span);
        }
    }

    fn take_codec(&mut self, codec: Chosen, taken: bool, span: Span) {
        match codec.name.as_str() {
            "all" if taken => self.chosen = codec_names::all().map(Chosen::plain).collect(),
            "all" => self.chosen.clear(),
            known if codec_names::all().any(|name| name == known) => {
                self.chosen.retain(|other| other.name != codec.name);
                if taken {
                    self.chosen.push(codec);
                }
            }
            unknown => {
                let message = format!("there is no codec '{unknown}'; it is left out");
                let nearest = suggest::nearest(unknown, codec_names::all());
                let finding = Diagnostic::warning("unknown-codec", message);
                self.found.push(at(finding, Some(span)).suggest(nearest));
            }
        }
    }

    /// The milliseconds behind the name of a codec, as near as packets of ours come to them.
    fn packet_time(&mut self, word: &str, length: &str, span: Span) -> Option<u16> {
        let Ok(wanted) = length.parse::<u16>() else {
            let message = format!("{word}: '{length}' is no length of packets; it is left out");
            let finding = Diagnostic::warning("bad-value", message).help("write milliseconds, as in ulaw:30");
            self.found.push(at(finding, Some(span)));
            return None;
        };
        let made = wanted.clamp(10, 60) / 10 * 10;
        if made != wanted {
            let message = format!("{word}: packets have 10 to 60 ms, in steps of 10; {made} is taken");
            self.found.push(at(Diagnostic::warning("bad-value", message), Some(span)));
        }
        Some(made)
    }
}
