//! The index against a matcher that is slow and obvious.

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use dialplan_vm::{Dialplan, Matching, Pattern, compile};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::Path;

/// One position: what it matches, or an ending.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    One(BTreeSet<u8>),
    Some,
    Any,
}

/// An extension as the documentation describes it.
#[derive(Clone, Debug)]
struct Slow {
    text: String,
    /// `None`: exact.
    slots: Option<Vec<Slot>>,
    priorities: Vec<u32>,
}

fn slots(text: &str) -> Option<Vec<Slot>> {
    let mut rest = text.strip_prefix('_')?.bytes();
    let mut slots = Vec::new();
    while let Some(byte) = rest.next() {
        slots.push(match byte {
            b'X' => Slot::One((b'0'..=b'9').collect()),
            b'Z' => Slot::One((b'1'..=b'9').collect()),
            b'N' => Slot::One((b'2'..=b'9').collect()),
            b'[' => Slot::One(rest.by_ref().take_while(|&byte| byte != b']').collect()),
            b'.' => {
                slots.push(Slot::Some);
                break;
            }
            b'!' => {
                slots.push(Slot::Any);
                break;
            }
            b'-' => continue,
            other => Slot::One([other].into()),
        });
    }
    Some(slots)
}

/// Smaller sets first, then lower characters; then `.`, `!` and the end.
fn precedence(a: &Slow, b: &Slow) -> Ordering {
    let rank = |slot: Option<&Slot>| match slot {
        Some(Slot::One(set)) => (set.len(), set.iter().copied().collect()),
        Some(Slot::Some) => (1_000, Vec::new()),
        Some(Slot::Any) => (1_001, Vec::new()),
        None => (1_002, Vec::new()),
    };
    match (&a.slots, &b.slots) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => (0..=a.len().max(b.len()))
            .map(|at| rank(a.get(at)).cmp(&rank(b.get(at))))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal),
    }
}

fn matches(extension: &Slow, dialled: &str) -> bool {
    let plain = dialled.replace('-', "");
    let Some(slots) = &extension.slots else { return extension.text.replace('-', "") == plain };
    fn from(slots: &[Slot], text: &[u8]) -> bool {
        match (slots.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((Slot::Any, _)), _) => true,
            (Some((Slot::Some, _)), rest) => rest.is_some(),
            (Some((Slot::One(set), slots)), Some((byte, text))) => set.contains(byte) && from(slots, text),
            _ => false,
        }
    }
    !slots.is_empty() && from(slots, plain.as_bytes())
}

fn slow_find<'a>(extensions: &'a [Slow], dialled: &str, priority: u32) -> Option<&'a str> {
    let wanted = |e: &&Slow| matches(e, dialled) && e.priorities.contains(&priority);
    extensions.iter().filter(wanted).min_by(|a, b| precedence(a, b)).map(|e| e.text.as_str())
}

/// Whether some longer text would match; a `!` that matches already says no for all after it.
fn slow_more(extensions: &[Slow], dialled: &str) -> bool {
    let plain = dialled.replace('-', "");
    let mut sorted: Vec<_> = extensions.iter().filter(|e| e.priorities.contains(&1)).collect();
    sorted.sort_by(|a, b| precedence(a, b));
    for extension in sorted {
        let Some(slots) = &extension.slots else {
            let name = extension.text.replace('-', "");
            if name.len() > plain.len() && name.starts_with(&plain) {
                return true;
            }
            continue;
        };
        let fits = |(slot, byte): (&Slot, u8)| !matches!(slot, Slot::One(set) if !set.contains(&byte));
        if slots.is_empty() || !slots.iter().zip(plain.bytes()).all(fits) {
            continue;
        }
        let ending = slots.iter().position(|slot| !matches!(slot, Slot::One(_))).unwrap_or(slots.len());
        match slots.get(ending) {
            Some(Slot::Any) if plain.len() >= ending => return false,
            Some(_) => return true,
            None if plain.len() < slots.len() => return true,
            None => {}
        }
    }
    false
}

fn plan(extensions: &[Slow]) -> Dialplan {
    let mut text = String::from("[a]\n");
    for extension in extensions {
        for priority in &extension.priorities {
            text.push_str(&format!("exten => {},{priority},NoOp\n", extension.text));
        }
    }
    let files = MemoryFiles::from([("f", text)]);
    let (config, _) = load(Path::new("f"), &files, &mut SourceMap::new(), &LoadOptions::default());
    compile(&config).plan
}

fn extensions() -> impl Strategy<Value = Vec<Slow>> {
    let letter = prop::sample::select(vec!["1", "2", "3", "X", "Z", "N", "[12]", "[13]", "-", "*"]);
    let pattern = (prop::collection::vec(letter, 1..4), prop::sample::select(vec!["", ".", "!"]))
        .prop_map(|(letters, end)| format!("_{}{end}", letters.concat()));
    let exact = "[1-3][1-3*-]{0,3}".prop_map(String::from);
    let priorities = prop::sample::select(vec![vec![1], vec![1, 2], vec![2], vec![1, 3]]);
    prop::collection::vec((prop_oneof![pattern, exact], priorities), 1..12).prop_map(|list| {
        let mut all: Vec<Slow> = Vec::new();
        for (text, priorities) in list {
            let new = Slow { slots: slots(&text), text, priorities };
            let same = |old: &Slow| match (&old.slots, &new.slots) {
                (None, None) => old.text.replace('-', "") == new.text.replace('-', ""),
                (old, new) => old == new,
            };
            if !all.iter().any(same) {
                all.push(new);
            }
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_index_finds_what_the_slow_matcher_finds(all in extensions(), dialled in "[1-4*-]{0,5}", priority in 1..4_u32) {
        let plan = plan(&all);
        let found = plan.find("a", &dialled, None, priority);
        prop_assert_eq!(found.map(|found| found.extension.pattern().text()), slow_find(&all, &dialled, priority));
    }

    #[test]
    fn digits_are_awaited_as_the_slow_matcher_does(all in extensions(), dialled in "[1-4*]{0,5}") {
        let plan = plan(&all);
        let (matched, more) = (slow_find(&all, &dialled, 1).is_some(), slow_more(&all, &dialled));
        let expected = match (matched, more) {
            (true, more_could) => Matching::Matches { more_could },
            (false, true) => Matching::CouldMatch,
            (false, false) => Matching::Nothing,
        };
        prop_assert_eq!(plan.matching("a", &dialled, None), expected);
    }

    #[test]
    fn a_pattern_matches_as_the_slow_matcher_does(all in extensions(), dialled in "[1-4*-]{0,5}") {
        for extension in &all {
            prop_assert_eq!(Pattern::parse(&extension.text).matches(&dialled), matches(extension, &dialled));
        }
    }
}
