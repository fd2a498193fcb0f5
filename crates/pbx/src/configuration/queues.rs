//! `queues.conf`: queues of callers, and who answers them.
//!
//! What is read is what functions of the dialplan tell of queues; how callers wait in them is not.

use std::collections::BTreeMap;
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, Entry, Section};
use dialplan_vm::split_arguments_into;

use super::values::{Values, at};

/// All queues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueuesConfiguration {
    /// By name in small letters: capitals do not tell queues apart.
    queues: BTreeMap<String, QueueSection>,
}

/// One section of `queues.conf`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSection {
    /// Its name, as it is written.
    pub name: String,
    /// Who is called first.
    pub strategy: QueueStrategy,
    /// `maxlen`: how many may wait; 0 for any number.
    pub most_waiting: u32,
    /// `servicelevel`: callers should be answered within that time.
    pub service_level: Duration,
    /// `member`: who answers, in the order of the file.
    pub members: Vec<QueueMember>,
}

/// Who answers the callers of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueMember {
    /// What is dialled: `PJSIP/alice`.
    pub interface: String,
    /// Those of a lower one are called first.
    pub penalty: u32,
    /// The name that is shown.
    pub name: String,
    /// The device whose state tells whether the member is free; the interface where nothing else is said.
    pub state_interface: String,
    /// Whether it is called while it talks.
    pub ring_in_use: bool,
    /// Whether it is left in peace.
    pub paused: bool,
}

/// Who is called first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueStrategy {
    /// All at once.
    #[default]
    RingAll,
    /// Who was called the longest ago.
    LeastRecent,
    /// Who has answered the fewest.
    FewestCalls,
    /// Anybody.
    Random,
    /// In turns.
    RoundRobinMemory,
    /// In turns, in the order of the file.
    RoundRobinOrdered,
    /// In the order of the file, each time from its start.
    Linear,
    /// Anybody, those of a low penalty more often.
    WeightedRandom,
}

impl QueueStrategy {
    /// All names; `roundrobin` is an old one.
    const NAMES: &'static [(&'static str, Self)] = &[
        ("ringall", Self::RingAll),
        ("leastrecent", Self::LeastRecent),
        ("fewestcalls", Self::FewestCalls),
        ("random", Self::Random),
        ("rrmemory", Self::RoundRobinMemory),
        ("rrordered", Self::RoundRobinOrdered),
        ("linear", Self::Linear),
        ("wrandom", Self::WeightedRandom),
        ("roundrobin", Self::RoundRobinMemory),
    ];

    /// The word of `queues.conf`.
    pub fn name(self) -> &'static str {
        // Every strategy has a row.
        Self::NAMES.iter().find(|(_, strategy)| *strategy == self).map_or("", |(name, _)| name)
    }
}

impl QueuesConfiguration {
    /// The queue of that name.
    pub fn get(&self, name: &str) -> Option<&QueueSection> {
        self.queues.get(&name.trim().to_ascii_lowercase())
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &QueueSection> {
        self.queues.values()
    }

    /// Reads every section but `[general]`.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let sections =
            config.sections.iter().filter(|section| !section.name.value.eq_ignore_ascii_case("general"));
        let queue =
            |section: &Section| (section.name.value.to_ascii_lowercase(), QueueSection::read(section, found));
        Self { queues: sections.map(queue).collect() }
    }
}

impl QueueSection {
    fn read(section: &Section, found: &mut Vec<Diagnostic>) -> Self {
        let mut values = Values { section, found };
        let ring_in_use = values.flag("ringinuse", true);
        let strategy = values.choice("strategy", QueueStrategy::NAMES, QueueStrategy::default());
        let most_waiting = values.number("maxlen", 0);
        let service_level = values.seconds("servicelevel").unwrap_or_default();
        let members = section.all("member").filter_map(|entry| QueueMember::read(entry, ring_in_use, found));
        let members = members.collect();
        Self { name: section.name.value.clone(), strategy, most_waiting, service_level, members }
    }
}

impl QueueMember {
    /// Reads `interface[,penalty[,name[,state interface[,ringinuse[,wrapuptime[,paused]]]]]]`.
    fn read(entry: &Entry, ring_in_use: bool, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let words = split_arguments_into(&entry.value.value, 7);
        let word = |place: usize| {
            let word = words.get(place).map(|word| word.trim().trim_matches('"'));
            word.filter(|word| !word.is_empty())
        };
        let mut odd = |message: String| {
            found.push(at(Diagnostic::warning("bad-value", message), Some(entry.value.span)));
        };
        let Some(interface) = word(0) else {
            odd("this member has no interface, as in member => PJSIP/alice; it is left out".to_owned());
            return None;
        };
        let penalty = word(1).unwrap_or("0").parse().unwrap_or_else(|_| {
            odd(format!("the penalty of {interface} is no number; 0 is taken"));
            0
        });
        let flag = |place, otherwise| word(place).and_then(asterisk_conf::boolean).unwrap_or(otherwise);
        Some(Self {
            interface: interface.to_owned(),
            penalty,
            name: word(2).unwrap_or(interface).to_owned(),
            state_interface: word(3).unwrap_or(interface).to_owned(),
            ring_in_use: flag(4, ring_in_use),
            paused: flag(6, false),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn read(text: &str) -> (QueuesConfiguration, Vec<Diagnostic>) {
        let files = MemoryFiles::from([("/queues.conf", text)]);
        let (config, _) =
            load(Path::new("/queues.conf"), &files, &mut SourceMap::new(), &LoadOptions::default());
        let mut found = Vec::new();
        (QueuesConfiguration::read(&config, &mut found), found)
    }

    #[test]
    fn members_have_what_their_line_says() {
        let (queues, found) = read(
            "[general]\nautofill=yes\n[Sales]\nstrategy=rrmemory\nmaxlen=5\nservicelevel=20\nringinuse=no\n\
             member => PJSIP/alice,2,\"Liddell, Alice\",Custom:alice,yes,10,yes\nmember => Local/1@agents\n",
        );
        assert_eq!(found, []);
        let sales = queues.get("sales").unwrap();
        assert_eq!((sales.name.as_str(), sales.strategy.name()), ("Sales", "rrmemory"));
        assert_eq!((sales.most_waiting, sales.service_level), (5, Duration::from_secs(20)));
        let alice = &sales.members[0];
        assert_eq!((alice.penalty, alice.name.as_str()), (2, "Liddell, Alice"));
        assert_eq!(alice.state_interface, "Custom:alice");
        assert!(alice.ring_in_use && alice.paused);
        let agents = &sales.members[1];
        assert_eq!((agents.name.as_str(), agents.penalty), ("Local/1@agents", 0));
        assert!(!agents.ring_in_use && !agents.paused);
        assert_eq!(queues.all().count(), 1);
    }

    #[test]
    fn what_cannot_be_meant_is_told_at_its_place() {
        let (queues, found) = read("[sales]\nstrategy=ringal\nmember => ,1\nmember => PJSIP/bob,low\n");
        assert_eq!(found.len(), 3);
        assert_eq!(queues.get("SALES").unwrap().members.len(), 1);
        assert_eq!(queues.get("sales").unwrap().strategy, QueueStrategy::RingAll);
    }
}
