//! `allow` and `disallow`: what an endpoint may speak, best first.

use asterisk_conf::{Diagnostic, Entry, Span, suggest};

use crate::configuration::values::{Values, at};

/// Names that `allow` and `disallow` know, in the order that `all` means.
const CODECS: &[&str] = &[
    "ulaw", "alaw", "gsm", "g722", "g726", "g726aal2", "g729", "g723", "ilbc", "opus", "codec2", "adpcm",
    "lpc10", "slin", "slin12", "slin16", "slin24", "slin32", "slin44", "slin48", "slin96", "slin192",
    "speex", "speex16", "speex32", "siren7", "siren14", "silk8", "silk12", "silk16", "silk24", "h261",
    "h263", "h263p", "h264", "h265", "mpeg4", "vp8", "vp9", "jpeg", "png", "t140", "t140red", "red",
    "testlaw",
];

/// Codecs of endpoints that name none.
const DEFAULT: &[&str] = &["ulaw", "alaw"];

/// What `allow` and `disallow` come to, line by line in the order of the file.
pub(super) fn read(values: &mut Values<'_>) -> Vec<String> {
    let mut list = List::default();
    for entry in &values.section.entries {
        let allows = entry.is("allow");
        if allows || entry.is("disallow") {
            list.take(entry, allows);
        }
    }
    for (name, span) in list.unknown {
        let finding =
            Diagnostic::warning("unknown-codec", format!("there is no codec '{name}'; it is left out"));
        let nearest = suggest::nearest(&name, CODECS.iter().copied());
        values.found.push(at(finding, Some(span)).suggest(nearest));
    }
    list.chosen
}

/// The codecs that are left after some lines.
struct List {
    chosen: Vec<String>,
    unknown: Vec<(String, Span)>,
    /// A line was seen.
    named: bool,
}

impl Default for List {
    fn default() -> Self {
        let chosen = DEFAULT.iter().map(|&name| name.to_owned()).collect();
        Self { chosen, unknown: Vec::new(), named: false }
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
            let name = name.split(':').next().unwrap_or(name).to_ascii_lowercase();
            self.take_codec(name, taken, entry.value.span);
        }
    }

    fn take_codec(&mut self, name: String, taken: bool, span: Span) {
        match name.as_str() {
            "all" if taken => self.chosen = CODECS.iter().map(|&name| name.to_owned()).collect(),
            "all" => self.chosen.clear(),
            known if CODECS.contains(&known) => {
                self.chosen.retain(|other| *other != name);
                if taken {
                    self.chosen.push(name);
                }
            }
            _ => self.unknown.push((name, span)),
        }
    }
}
