//! `pjsip.conf`, `pjsip_wizard.conf` and `sip.conf` as one list of sections.
//!
//! The two other dialects are translated into sections of `pjsip.conf`'s vocabulary, which one reader then reads: what
//! is known of a key, how its value is checked and what it means stands in one place. A translated entry keeps the
//! place of the line that it came from, so a finding shows that line; [`Spellings`] remembers how its key was written,
//! so a finding names that key.

mod device_rules;
mod object;
mod sip_conf;
mod slips;
mod spellings;
mod wizard;

use std::collections::{BTreeMap, HashMap};

use asterisk_conf::{Config, Diagnostic, Section, Span};

pub use device_rules::{DeviceRules, DirectMediaRules, Recognition, Registrant};
use object::Group;
pub(super) use spellings::Spellings;

/// The files of SIP that are there.
#[derive(Default)]
pub(super) struct SipFiles {
    pub(super) pjsip: Option<Config>,
    pub(super) wizard: Option<Config>,
    pub(super) sip: Option<Config>,
}

/// What the files say together.
#[derive(Default)]
pub(super) struct Gathered {
    /// Sections of `pjsip.conf`'s vocabulary.
    pub(super) config: Config,
    /// What belongs into the dialplan: hints of the wizard and their extensions.
    pub(super) extensions: Vec<Section>,
    /// How keys were written.
    pub(super) spellings: Spellings,
    /// What devices say beyond that vocabulary, by the name of their endpoint.
    pub(super) device_rules: BTreeMap<String, DeviceRules>,
}

impl SipFiles {
    /// Whether there is none of them.
    pub(super) fn is_empty(&self) -> bool {
        self.pjsip.is_none() && self.wizard.is_none() && self.sip.is_none()
    }

    /// Translates and joins them. A name that two files define means what the first one says, in the order of
    /// `pjsip.conf`, `pjsip_wizard.conf`, `sip.conf`.
    pub(super) fn gather(self, found: &mut Vec<Diagnostic>) -> Gathered {
        let mut config = self.pjsip.unwrap_or_default();
        slips::mend(&mut config, found);
        let mut joined = Joined::of(config);
        if let Some(file) = &self.wizard {
            let (groups, extensions) = wizard::translate(file, found);
            joined.gathered.extensions = extensions;
            joined.add(groups, found);
        }
        if let Some(file) = &self.sip {
            let groups = sip_conf::translate(file, &joined.gathered.config, found);
            joined.add(groups, found);
        }
        joined.gathered
    }
}

/// The sections so far, and the place of each name.
struct Joined {
    gathered: Gathered,
    places: HashMap<(String, String), Span>,
}

impl Joined {
    fn of(config: Config) -> Self {
        let places = config.objects().filter_map(|section| Some((identity(section)?, section.name.span)));
        let places = places.collect();
        Self { gathered: Gathered { config, ..Gathered::default() }, places }
    }

    /// Adds the objects of another file, but those whose names are taken.
    fn add(&mut self, groups: Vec<Group>, found: &mut Vec<Diagnostic>) {
        for group in last_of_each_name(groups, found) {
            let identities = group.objects.iter().filter_map(|object| identity(&object.section));
            if let Some(first) = identities.clone().find_map(|identity| self.places.get(&identity)) {
                let name = &group.name;
                let message = format!("[{}] is defined in another file, and that one counts", name.value);
                let finding = Diagnostic::warning("defined-twice", message).at(name.span);
                found.push(finding.related(*first, "the one that counts").help("take one of the two away"));
                continue;
            }
            let own: Vec<_> = identities.map(|identity| (identity, group.name.span)).collect();
            self.places.extend(own);
            if group.rules != DeviceRules::default() {
                self.gathered.device_rules.insert(group.name.value, group.rules);
            }
            for object in group.objects {
                self.gathered.spellings.extend(object.spellings);
                self.gathered.config.sections.push(object.section);
            }
        }
    }
}

/// Type and name of a section.
fn identity(section: &Section) -> Option<(String, String)> {
    Some((section.value("type")?.trim().to_ascii_lowercase(), section.name.value.clone()))
}

/// Of two sections of one file with one name, the later one counts.
fn last_of_each_name(groups: Vec<Group>, found: &mut Vec<Diagnostic>) -> Vec<Group> {
    let mut kept: Vec<Group> = Vec::with_capacity(groups.len());
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for group in groups {
        // A phone and a transport may share a name.
        let Some(identity) = group.objects.first().and_then(|object| identity(&object.section)) else {
            continue;
        };
        match places.get(&identity).and_then(|at| kept.get_mut(*at)) {
            Some(first) => {
                let message = format!("[{}] is here a second time; this one counts", group.name.value);
                let finding = Diagnostic::warning("defined-twice", message).at(group.name.span);
                found.push(finding.related(first.name.span, "the first one"));
                *first = group;
            }
            None => {
                places.insert(identity, kept.len());
                kept.push(group);
            }
        }
    }
    kept
}
