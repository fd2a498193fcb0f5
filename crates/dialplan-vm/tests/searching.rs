//! The search through contexts: who calls, what is included, against a search that is slow and obvious.

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use dialplan_vm::{Dialplan, Location, Machine, Outcome, Pattern, SimpleHost, Step, compile};
use proptest::prelude::*;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Patterns from the one that is tried first to the last one, as the rules have them: exact ones, then the smaller set of
/// characters first, then `.`, then `!`.
const PATTERNS: [&str; 9] = ["11", "12", "_1[12]", "_1N", "_1X", "_1.", "_N1", "_XX", "_X!"];

/// Callers, likewise: a number, a pattern, and everybody.
const CALLERS: [Option<&str>; 4] = [Some("5"), Some("55"), Some("_5X"), None];

#[derive(Clone, Debug, Default)]
struct Context {
    /// By index: a pattern, a caller, and the priorities.
    extensions: Vec<(usize, usize, Vec<u32>)>,
    includes: Vec<usize>,
}

fn contexts() -> impl Strategy<Value = Vec<Context>> {
    let priorities = prop::sample::select(vec![vec![1], vec![2], vec![1, 2], vec![1, 3]]);
    let extension = (0..PATTERNS.len(), 0..CALLERS.len(), priorities);
    let includes = prop::collection::vec(0..NAMES.len(), 0..3);
    let context = (prop::collection::vec(extension, 0..8), includes).prop_map(|(all, includes)| {
        let mut extensions: Vec<(usize, usize, Vec<u32>)> = Vec::new();
        for (pattern, caller, priorities) in all {
            if !extensions.iter().any(|old| (old.0, old.1) == (pattern, caller)) {
                extensions.push((pattern, caller, priorities));
            }
        }
        Context { extensions, includes }
    });
    prop::collection::vec(context, NAMES.len())
}

fn plan(contexts: &[Context]) -> Dialplan {
    let mut text = String::new();
    for (name, context) in NAMES.iter().zip(contexts) {
        let _ = writeln!(text, "[{name}]");
        for (pattern, caller, priorities) in &context.extensions {
            let caller = CALLERS[*caller].map_or_else(String::new, |caller| format!("/{caller}"));
            for priority in priorities {
                let _ = writeln!(text, "exten => {}{caller},{priority},NoOp", PATTERNS[*pattern]);
            }
        }
        for include in &context.includes {
            let _ = writeln!(text, "include => {}", NAMES[*include]);
        }
    }
    let files = MemoryFiles::from([("f", text)]);
    let (config, _) = load(Path::new("f"), &files, &mut SourceMap::new(), &LoadOptions::default());
    compile(&config).plan
}

/// The context, the pattern and the caller that are found.
type Place = (usize, usize, usize);

fn slow_find(
    contexts: &[Context],
    at: usize,
    seen: &mut Vec<usize>,
    (number, caller, priority): (&str, Option<&str>, u32),
) -> Option<Place> {
    if seen.contains(&at) {
        return None;
    }
    seen.push(at);
    let matches = |text: &str, given: &str| Pattern::parse(text).matches(given);
    let mut fitting: Vec<(usize, usize)> = contexts[at]
        .extensions
        .iter()
        .filter(|(pattern, _, priorities)| {
            matches(PATTERNS[*pattern], number) && priorities.contains(&priority)
        })
        .filter(|(_, wanted, _)| CALLERS[*wanted].is_none_or(|wanted| matches(wanted, caller.unwrap_or(""))))
        .map(|(pattern, caller, _)| (*pattern, *caller))
        .collect();
    fitting.sort_unstable();
    if let Some(&(pattern, caller)) = fitting.first() {
        return Some((at, pattern, caller));
    }
    contexts[at]
        .includes
        .iter()
        .find_map(|&include| slow_find(contexts, include, seen, (number, caller, priority)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn callers_and_includes_are_searched_in_their_order(
        contexts in contexts(),
        number in "[1-3]{1,3}",
        caller in prop::option::of("5{1,3}|6"),
        priority in 1..4_u32,
    ) {
        let plan = plan(&contexts);
        let found = plan.find("a", &number, caller.as_deref(), priority);
        let found = found.map(|found| {
            let caller = found.extension.caller().map(Pattern::text);
            (found.context.name(), found.extension.pattern().text(), caller)
        });
        let expected = slow_find(&contexts, 0, &mut Vec::new(), (&number, caller.as_deref(), priority))
            .map(|(context, pattern, caller)| (NAMES[context], PATTERNS[pattern], CALLERS[caller]));
        prop_assert_eq!(found, expected);
    }

    /// Priorities that lie in several patterns are run as they are found, one after the other.
    #[test]
    fn a_machine_runs_what_the_search_finds(
        mut contexts in contexts(),
        number in "[1-3]{1,3}",
        caller in prop::option::of("5{1,3}"),
        all_callers in any::<bool>(),
    ) {
        if all_callers {
            for context in &mut contexts {
                context.extensions.retain(|(_, caller, _)| CALLERS[*caller].is_none());
            }
        }
        let plan = Arc::new(plan(&contexts));
        let mut host = SimpleHost { caller: caller.clone(), ..SimpleHost::new() };
        let mut machine = Machine::new(plan.clone(), Location::new("a", &*number, 1));
        for priority in 1.. {
            let found = plan.find("a", &number, caller.as_deref(), priority).map(|found| found.step.span());
            let run = match machine.step(&mut host) {
                Step::Run(call) => Some(call.span),
                _ => None,
            };
            prop_assert_eq!(run, found);
            if run.is_none() {
                break;
            }
            machine.complete(Outcome::Continue);
        }
    }
}
