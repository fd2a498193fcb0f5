//! `[general]`: what holds for all devices, and for callers that are none.

use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic, Section, Spanned};

use super::device::{Device, Kind};
use super::{Group, Object, known_lines, last_of};
use crate::configuration::values::Values;

/// `[general]`, with nothing in it where the file has none.
pub(super) struct General {
    pub(super) section: Arc<Section>,
    /// Whether the user of credentials tells who calls (`match_auth_username`).
    pub(super) matches_auth_user: bool,
    /// Whether callers that are no device are let in (`allowguest`).
    pub(super) allows_guests: bool,
}

/// What is said of all of SIP, here and in `type=global`.
const GLOBAL: &[(&str, &str)] = &[
    ("useragent", "user_agent"),
    ("realm", "default_realm"),
    ("maxforwards", "max_forwards"),
    ("regcontext", "regcontext"),
    ("sipdebug", "debug"),
];

/// The same of `type=system`; times are in milliseconds in both.
const SYSTEM: &[(&str, &str)] =
    &[("compactheaders", "compact_headers"), ("timert1", "timer_t1"), ("timerb", "timer_b")];

impl General {
    /// `None` for a file without any section.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let is_general = |section: &&Section| section.name.value.eq_ignore_ascii_case("general");
        let mut sections = config.objects().filter(is_general);
        let section = match sections.next() {
            Some(first) => {
                let mut whole = first.clone();
                whole.entries.extend(sections.flat_map(|section| section.entries.clone()));
                known_lines(&whole, true, found)
            }
            // Findings about the whole file go to where it begins.
            None => Section { entries: Vec::new(), is_template: false, ..config.sections.first()?.clone() },
        };
        let mut values = Values { section: &section, found };
        let matches_auth_user = values.flag("match_auth_username", false);
        let allows_guests = values.flag("allowguest", false);
        Some(Self { section: Arc::new(section), matches_auth_user, allows_guests })
    }

    /// What concerns all of SIP. A `type=global` of `pjsip.conf` counts instead.
    pub(super) fn global(&self, others: &Config, found: &mut Vec<Diagnostic>) -> Option<Group> {
        let mut global = self.only("global", GLOBAL, others, found)?;
        if let Some(line) =
            last_of(&self.section, &["match_auth_username"]).filter(|_| self.matches_auth_user)
        {
            global.take_as("endpoint_identifier_order", "ip,username,auth_username,anonymous", line);
        }
        self.group(global)
    }

    /// What concerns the SIP stack. A `type=system` of `pjsip.conf` counts instead.
    pub(super) fn system(&self, others: &Config, found: &mut Vec<Diagnostic>) -> Option<Group> {
        self.group(self.only("system", SYSTEM, others, found)?)
    }

    /// The object of a kind of which there is one, unless another file has it.
    fn only(
        &self,
        kind: &'static str,
        keys: &[(&str, &'static str)],
        others: &Config,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Object> {
        let mut object = Object::new(kind, kind, self.section.name.span);
        let lines =
            keys.iter().filter_map(|(written, key)| Some((*key, last_of(&self.section, &[written])?)));
        let is_one =
            |section: &&Section| section.value("type").is_some_and(|of| of.trim().eq_ignore_ascii_case(kind));
        if let Some(other) = others.objects().find(is_one) {
            for (_, line) in lines {
                let message = format!("{} has no effect: type={kind} of pjsip.conf counts", line.key.value);
                let finding = Diagnostic::note("defined-twice", message).at(line.key.span);
                found.push(finding.related(other.name.span, "the one that counts"));
            }
            return None;
        }
        lines.for_each(|(key, line)| object.take(key, line));
        Some(object)
    }

    /// An object that says more than what it is.
    fn group(&self, object: Object) -> Option<Group> {
        let place = self.section.name.span;
        let is_said = object.section.entries.len() > 1;
        is_said.then(|| Group::new(Spanned::new(object.section.name.value.clone(), place), vec![object]))
    }

    /// The endpoint of callers that are no device. Asterisk lets them in unless it is told not to; here it must be told to.
    pub(super) fn guests(&self, realms: &[Group], found: &mut Vec<Diagnostic>) -> Option<Group> {
        let place = self.section.name.span;
        let line = last_of(&self.section, &["allowguest"]);
        if line.is_none() {
            let message = "callers that are no device are refused, where Asterisk lets them in";
            let finding = Diagnostic::note("guests-refused", message).at(place);
            found.push(finding.help(
                "allowguest=yes lets them in, to the context of [general]; allowguest=no ends this note",
            ));
        }
        let line = line.filter(|_| self.allows_guests)?;
        let name = Spanned::new("anonymous".to_owned(), line.key.span);
        let mut section = Section { name, is_template: false, entries: Vec::new() };
        section.entries.extend(last_of(&self.section, &["callerid"]).cloned());
        Some(Device::read(Kind::Guest, section, self, found).group(realms, found))
    }
}
