//! The lines of a section, by the object that they speak of.

use asterisk_conf::{Diagnostic, Entry, Section, boolean, suggest};

use super::KEYS;
use crate::configuration::dialects::slips;
use crate::configuration::pjsip::keys_of;

/// What stands before a slash, and the type of what it speaks of.
const PARTS: &[(&str, &str)] = &[
    ("aor", "aor"),
    ("endpoint", "endpoint"),
    ("identify", "identify"),
    ("inbound_auth", "auth"),
    ("outbound_auth", "auth"),
    ("phoneprov", "phoneprov"),
    ("registration", "registration"),
];

/// The lines of one section, slips mended.
pub(super) struct Lines {
    /// Those without a slash.
    pub(super) own: Section,
    /// Part, key behind the slash, and the line.
    parts: Vec<(&'static str, &'static str, Entry)>,
}

impl Lines {
    pub(super) fn of(section: &Section, found: &mut Vec<Diagnostic>) -> Self {
        let own = Section { entries: Vec::new(), ..section.clone() };
        let mut lines = Self { own, parts: Vec::new() };
        for entry in &section.entries {
            match entry.key.value.split_once('/') {
                Some((part, key)) => lines.take_part(entry, part.trim(), key.trim(), found),
                None => lines.take_own(entry, section, found),
            }
        }
        lines
    }

    /// The lines of a part, each with its key.
    pub(super) fn of_part(&self, part: &str) -> impl Iterator<Item = (&'static str, &Entry)> {
        self.parts.iter().filter(move |(of, _, _)| *of == part).map(|(_, key, line)| (*key, line))
    }

    /// Whether a part has a line of that key.
    pub(super) fn has(&self, part: &str, key: &str) -> bool {
        self.last(part, key).is_some()
    }

    /// The last line of a part with that key.
    pub(super) fn last(&self, part: &str, key: &str) -> Option<&Entry> {
        self.of_part(part).filter(|(of, _)| *of == key).map(|(_, line)| line).last()
    }

    /// Its value, unless that is empty.
    pub(super) fn value(&self, part: &str, key: &str) -> Option<String> {
        let value = self.last(part, key)?.value.value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn take_own(&mut self, entry: &Entry, section: &Section, found: &mut Vec<Diagnostic>) {
        let written = entry.key.value.as_str();
        if KEYS.iter().any(|key| entry.is(key)) {
            self.own.entries.push(entry.clone());
        } else if let Some(key) = slips::nearest(written, KEYS.iter().copied()) {
            found.push(slips::told(entry, key));
            let mut mended = entry.clone();
            key.clone_into(&mut mended.key.value);
            self.own.entries.push(mended);
        } else if let Some((part, key)) = part_of(written, section) {
            found.push(slips::told(entry, &format!("{part}/{key}")));
            self.parts.push((part, key, entry.clone()));
        } else {
            found.push(unknown(entry, written, KEYS.iter().copied()));
        }
    }

    fn take_part(&mut self, entry: &Entry, part: &str, key: &str, found: &mut Vec<Diagnostic>) {
        let exact = PARTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(part));
        let near = || slips::nearest(part, PARTS.iter().map(|(name, _)| *name));
        let Some((part, kind)) =
            exact.or_else(|| near().and_then(|n| PARTS.iter().find(|(name, _)| *name == n)))
        else {
            found.push(unknown(entry, part, PARTS.iter().map(|(name, _)| *name)));
            return;
        };
        // Any key may be given to the templates of provisioning.
        if *part == "phoneprov" || is_own_type(kind, key, entry) {
            return;
        }
        let known = keys_of(kind).unwrap_or_default();
        let right = known.iter().copied().find(|known| known.eq_ignore_ascii_case(key));
        // `inbound_auth/type` names the kind of credentials.
        let slip =
            || if *kind == "auth" && key == "type" { Some("auth_type") } else { slips::key_of(kind, key) };
        match right.filter(|right| *right != "type") {
            Some(right) => {
                if exact.is_none() {
                    found.push(slips::told(entry, &format!("{part}/{right}")));
                }
                self.parts.push((part, right, entry.clone()));
            }
            None => match slip() {
                Some(right) => {
                    found.push(slips::told(entry, &format!("{part}/{right}")));
                    self.parts.push((part, right, entry.clone()));
                }
                None => found.push(unknown(entry, key, known.iter().copied())),
            },
        }
    }
}

/// `endpoint/type=endpoint` says what is so anyway.
fn is_own_type(kind: &str, key: &str, entry: &Entry) -> bool {
    key.eq_ignore_ascii_case("type") && entry.value.value.trim().eq_ignore_ascii_case(kind)
}

/// The part of a key that was written without one, when only one part can be meant.
fn part_of(written: &str, section: &Section) -> Option<(&'static str, &'static str)> {
    let has = |kind: &str| keys_of(kind)?.iter().copied().find(|key| key.eq_ignore_ascii_case(written));
    let owners = PARTS.iter().filter(|(part, _)| *part != "phoneprov");
    let mut owners: Vec<_> = owners.filter_map(|(part, kind)| Some((*part, has(kind)?))).collect();
    let is_on = |key: &str| section.value(key).and_then(|value| boolean(&value)).unwrap_or_default();
    // Credentials of one direction only are meant where there is only one.
    owners.retain(|(part, _)| match *part {
        "inbound_auth" => is_on("accepts_auth"),
        "outbound_auth" => is_on("sends_auth"),
        "registration" => is_on("sends_registrations"),
        _ => true,
    });
    match owners.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

fn unknown<'k>(entry: &Entry, written: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let message = format!("'{}' is no key of type=wizard; it has no effect", entry.key.value);
    let finding = Diagnostic::warning("unknown-key", message).at(entry.key.span);
    let owners: Vec<_> = PARTS
        .iter()
        .filter(|(_, kind)| {
            keys_of(kind).unwrap_or_default().iter().any(|key| key.eq_ignore_ascii_case(written))
        })
        .map(|(part, _)| format!("{part}/{written}"))
        .collect();
    match owners.is_empty() || entry.key.value.contains('/') {
        true => finding.suggest(suggest::nearest(written, known)),
        false => finding.help(format!("write {}", owners.join(" or "))),
    }
}
