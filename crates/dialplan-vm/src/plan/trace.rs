//! Why a number means what it means: the search, told step by step.

use super::{Context, Dialplan, Extension, FoundStep, Hops, Include, Query, Switch};
use crate::Location;
use crate::syntax::pattern::without_hyphens;
use std::collections::HashSet;

/// Extensions told of one context that do not match; the rest is counted.
const MOST_OTHERS: usize = 200;

/// How a number was looked for.
#[derive(Debug)]
pub struct Trace<'p> {
    /// The contexts in the order in which they were searched.
    pub contexts: Vec<TracedContext<'p>>,
    /// What was found.
    pub found: Option<FoundStep<'p>>,
}

/// What was looked at in one context.
#[derive(Debug)]
pub struct TracedContext<'p> {
    /// The context.
    pub context: &'p Context,
    /// The `include` that leads there and the context that has it; `None` for the first.
    pub through: Option<(&'p Context, &'p Include)>,
    /// Its extensions in the order in which they are tried, up to the one that was taken. Exact ones that are another number
    /// are left out.
    pub considered: Vec<(&'p Extension, Considered)>,
    /// Further patterns that were tried and do not match.
    pub others: usize,
    /// Its switches that were asked, up to the one that leads to the number.
    pub switches: Vec<(&'p Switch, SwitchVerdict)>,
    /// Its includes that are closed at this time.
    pub closed: Vec<&'p Include>,
}

/// What became of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Considered {
    /// It is the one.
    Taken,
    /// It matches another number.
    OtherNumber,
    /// It matches the number, and is for another caller.
    OtherCaller,
    /// It matches, and has no step of the priority that is wanted.
    NoSuchPriority,
}

/// What became of a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwitchVerdict {
    /// The number is there, at this place.
    Found(Location),
    /// It was looked for at this place, and is not there.
    NotThere(Location),
    /// The number does not fit the switch's pattern.
    OtherNumber,
    /// It leads back to its own context, or nowhere.
    LeadsNowhere,
    /// Nobody is asked behind switches of this technology.
    NotServed,
}

impl Dialplan {
    /// Tells how [`find_with`](Self::find_with) searches.
    pub fn trace(&self, query: &Query<'_>, priority: u32) -> Trace<'_> {
        let digits = without_hyphens(query.extension);
        let mut trace = Trace { contexts: Vec::new(), found: self.find_with(query, priority) };
        let start = self.context_index(query.context);
        let mut pending: Vec<_> = start.map(|index| (index, None)).into_iter().collect();
        let mut visited = HashSet::new();
        while let Some((index, through)) = pending.pop() {
            if !visited.insert(index) {
                continue;
            }
            let context = &self.contexts[index];
            let is_closed =
                |include: &&Include| include.condition.as_ref().is_some_and(|c| !c.holds(query.clock));
            let mut traced = TracedContext {
                context,
                through,
                considered: Vec::new(),
                others: 0,
                switches: Vec::new(),
                closed: context.includes.iter().filter(is_closed).collect(),
            };
            let taken = traced.consider(&digits, query.caller, priority)
                || self.consider_switches(&mut traced, index, query, priority);
            trace.contexts.push(traced);
            if taken {
                break;
            }
            let before = pending.len();
            for include in context.includes.iter().filter(|include| !is_closed(include)) {
                if let Some(target) = include.target {
                    pending.push((target as usize, Some((context, include))));
                }
            }
            pending[before..].reverse();
        }
        trace
    }

    /// Asks the switches of a context; whether one has the number.
    fn consider_switches<'p>(
        &'p self,
        traced: &mut TracedContext<'p>,
        context: usize,
        query: &Query<'_>,
        priority: u32,
    ) -> bool {
        for switch in &self.contexts[context].switches {
            let leads = switch.leads(self, query, &self.contexts[context].name, priority);
            let found = self.find_behind(switch, context, query, priority, &mut Hops::default());
            let verdict = match (leads, found) {
                (_, Some(FoundStep { switched: Some(place), .. })) => SwitchVerdict::Found(place),
                (Some(leads), _) if leads.admits(query.extension) => SwitchVerdict::NotThere(leads.to),
                (Some(_), _) => SwitchVerdict::OtherNumber,
                (None, _) if switch.is_served() => SwitchVerdict::LeadsNowhere,
                (None, _) => SwitchVerdict::NotServed,
            };
            let is_found = matches!(verdict, SwitchVerdict::Found(_));
            traced.switches.push((switch, verdict));
            if is_found {
                return true;
            }
        }
        false
    }
}

impl TracedContext<'_> {
    /// Goes through the extensions; whether one is taken.
    fn consider(&mut self, digits: &str, caller: Option<&str>, priority: u32) -> bool {
        for extension in &self.context.extensions {
            let verdict = match extension {
                one if !one.pattern.matches(digits) => Considered::OtherNumber,
                one if !one.is_for(caller) => Considered::OtherCaller,
                one if one.step_index(priority).is_none() => Considered::NoSuchPriority,
                _ => Considered::Taken,
            };
            let is_pattern = extension.pattern.text().starts_with('_');
            match verdict {
                Considered::OtherNumber if !is_pattern => {}
                Considered::OtherNumber if self.considered.len() >= MOST_OTHERS => self.others += 1,
                _ => self.considered.push((extension, verdict)),
            }
            if verdict == Considered::Taken {
                return true;
            }
        }
        false
    }
}
