//! The search: which extension does a number mean, in a context and all that it includes.

use super::index::More;
use super::{Context, Dialplan, Extension, Hint, Hops, NoVariables, PlanStep, Switch, Variables};
use crate::syntax::pattern::without_hyphens;
use crate::{Clock, Location, NoClock};
use std::ops::ControlFlow;

/// A question to the dialplan.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// The context in which to search.
    pub context: &'a str,
    /// What was dialled.
    pub extension: &'a str,
    /// The caller's number, for extensions that ask for it.
    pub caller: Option<&'a str>,
    /// Decides on includes with a time; [`NoClock`] has them all open.
    pub clock: &'a dyn Clock,
    /// What an `eswitch` knows of the channel; [`NoVariables`] knows the global variables of the file alone.
    pub variables: &'a dyn Variables,
}

impl<'a> Query<'a> {
    /// Asks with all includes open, for no channel.
    pub fn new(context: &'a str, extension: &'a str, caller: Option<&'a str>) -> Self {
        Self { context, extension, caller, clock: &NoClock, variables: &NoVariables }
    }

    /// Asks at the time of a clock.
    #[must_use]
    pub fn at(self, clock: &'a dyn Clock) -> Self {
        Self { clock, ..self }
    }

    /// Asks for a channel.
    #[must_use]
    pub fn with(self, variables: &'a dyn Variables) -> Self {
        Self { variables, ..self }
    }
}

impl std::fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{} for {:?}", self.extension, self.context, self.caller)
    }
}

/// A step and where it was found.
#[derive(Clone, Debug)]
pub struct FoundStep<'p> {
    /// The step.
    pub step: &'p PlanStep,
    /// The extension that it belongs to.
    pub extension: &'p Extension,
    /// The context in which that is written; it may be an included one.
    pub context: &'p Context,
    /// Where a call is that runs it, if a [`Switch`] led here; else it stays where it is.
    pub switched: Option<Location>,
    /// Whether no other extension is asked before this one, whoever calls and whatever the time is.
    pub(crate) is_first: bool,
    pub(crate) place: StepPlace,
}

/// The indices of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepPlace {
    pub(crate) context: u32,
    pub(crate) extension: u32,
    pub(crate) step: u32,
}

/// What digits that are being dialled can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// No extension begins like that.
    Nothing,
    /// More digits are needed.
    CouldMatch,
    /// An extension matches.
    Matches {
        /// More digits could lead to another one, so it is worth waiting for them.
        more_could: bool,
    },
}

/// The contexts that were searched, so that none is searched twice.
#[derive(Default)]
struct Visited {
    first: [u64; 4],
    more: Vec<u64>,
}

impl Visited {
    /// Notes a context; `false` when it was noted before.
    fn enter(&mut self, context: u32) -> bool {
        let (word, bit) = ((context / 64) as usize, 1 << (context % 64));
        let slot = match word.checked_sub(self.first.len()) {
            None => &mut self.first[word],
            Some(word) => {
                if self.more.len() <= word {
                    self.more.resize(word + 1, 0);
                }
                &mut self.more[word]
            }
        };
        let new = *slot & bit == 0;
        *slot |= bit;
        new
    }
}

/// Looks at a matching extension, named by the indices of its context and itself, and says whether the search ends.
type Accept<'a, T> = dyn FnMut((u32, u32), &Extension) -> Option<T> + 'a;

impl Dialplan {
    /// Finds the step that a call at this place runs next: the best extension *that has the priority*.
    pub fn find(
        &self,
        context: &str,
        extension: &str,
        caller: Option<&str>,
        priority: u32,
    ) -> Option<FoundStep<'_>> {
        self.find_with(&Query::new(context, extension, caller), priority)
    }

    /// As [`find`](Self::find), with a clock and the variables of a channel.
    pub fn find_with(&self, query: &Query<'_>, priority: u32) -> Option<FoundStep<'_>> {
        self.find_within(query, priority, &mut Hops::default())
    }

    /// The search, which goes on where switches lead.
    pub(crate) fn find_within(
        &self,
        query: &Query<'_>,
        priority: u32,
        hops: &mut Hops,
    ) -> Option<FoundStep<'_>> {
        let start = self.context_index(query.context)?;
        let digits = without_hyphens(query.extension);
        let mut asked = 0;
        let mut has_priority = |place: (u32, u32), extension: &Extension| {
            asked += 1;
            extension.step_index(priority).map(|step| (place, step as u32))
        };
        self.contexts_of(start, query.clock, &mut Visited::default(), &mut |index| {
            if let Some(((context, extension), step)) =
                self.search_one(index, &digits, query.caller, &mut has_priority)
            {
                return ControlFlow::Break(self.found(StepPlace { context, extension, step }));
            }
            let switches = &self.contexts[index].switches;
            match switches.iter().find_map(|switch| self.find_behind(switch, index, query, priority, hops)) {
                Some(found) => ControlFlow::Break(found),
                None => ControlFlow::Continue(()),
            }
        })
        .break_value()
        .map(|found| FoundStep {
            is_first: asked == 1 && found.place.context as usize == start && !self.has_callers,
            ..found
        })
    }

    /// What a switch of a context has for a number.
    pub(crate) fn find_behind(
        &self,
        switch: &Switch,
        context: usize,
        query: &Query<'_>,
        priority: u32,
        hops: &mut Hops,
    ) -> Option<FoundStep<'_>> {
        let leads = switch.leads(self, query, &self.contexts[context].name, priority)?;
        if !leads.admits(query.extension) {
            return None;
        }
        let to = leads.to;
        let beyond = Query { context: &to.context, extension: &to.extension, ..*query };
        let found = hops.follow(|hops| self.find_within(&beyond, to.priority, hops))?;
        Some(FoundStep { switched: found.switched.or(Some(to)), ..found })
    }

    /// The switches that a search meets and that are not served: what lives behind them is not found.
    pub fn unserved_switches<'p>(&'p self, query: &Query<'_>) -> impl Iterator<Item = &'p Switch> + use<'p> {
        let contexts = self.contexts_below(query);
        contexts.into_iter().flat_map(Context::switches).filter(|switch| !switch.is_served())
    }

    /// Finds the step of a label.
    pub fn find_label(&self, query: &Query<'_>, label: &str) -> Option<FoundStep<'_>> {
        let mut step_of = |place, extension: &Extension| {
            let step = extension.steps.iter().position(|step| step.label.as_deref() == Some(label))?;
            Some((place, step))
        };
        self.search(query, &mut step_of).map(|((context, extension), step)| {
            self.found(StepPlace { context, extension, step: step as u32 })
        })
    }

    /// Finds the hint of an extension.
    pub fn find_hint(&self, context: &str, extension: &str) -> Option<&Hint> {
        let query = Query::new(context, extension, None);
        let place = self.search(&query, &mut |place, extension| extension.hint.as_ref().map(|_| place))?;
        self.contexts[place.0 as usize].extensions[place.1 as usize].hint()
    }

    /// Whether there is such a step.
    pub fn exists(&self, context: &str, extension: &str, caller: Option<&str>, priority: u32) -> bool {
        self.find(context, extension, caller, priority).is_some()
    }

    /// What digits that are being dialled can lead to. Only extensions that have a priority 1 count.
    pub fn matching(&self, context: &str, digits: &str, caller: Option<&str>) -> Matching {
        self.matching_with(&Query::new(context, digits, caller))
    }

    /// As [`matching`](Self::matching), with a clock.
    pub fn matching_with(&self, query: &Query<'_>) -> Matching {
        let more = self.could_more(query);
        if self.find_with(query, 1).is_some() {
            Matching::Matches { more_could: more }
        } else if more {
            Matching::CouldMatch
        } else {
            Matching::Nothing
        }
    }

    pub(crate) fn step_at(&self, place: StepPlace) -> &PlanStep {
        &self.contexts[place.context as usize].extensions[place.extension as usize].steps[place.step as usize]
    }

    /// The step behind one, if it has this priority.
    pub(crate) fn behind(&self, place: StepPlace, priority: u32) -> Option<StepPlace> {
        let behind = StepPlace { step: place.step + 1, ..place };
        let extension = &self.contexts[place.context as usize].extensions[place.extension as usize];
        let step = extension.steps.get(behind.step as usize)?;
        (step.priority == priority).then_some(behind)
    }

    fn found(&self, place: StepPlace) -> FoundStep<'_> {
        let context = &self.contexts[place.context as usize];
        let extension = &context.extensions[place.extension as usize];
        FoundStep {
            step: &extension.steps[place.step as usize],
            extension,
            context,
            switched: None,
            is_first: false,
            place,
        }
    }

    /// Offers the matching extensions of a context and its includes in order, until one is accepted. Switches are not asked:
    /// they have no labels and no hints.
    fn search<T>(&self, query: &Query<'_>, accept: &mut Accept<'_, T>) -> Option<T> {
        let digits = without_hyphens(query.extension);
        let start = self.context_index(query.context)?;
        self.contexts_of(start, query.clock, &mut Visited::default(), &mut |index| match self.search_one(
            index,
            &digits,
            query.caller,
            accept,
        ) {
            Some(found) => ControlFlow::Break(found),
            None => ControlFlow::Continue(()),
        })
        .break_value()
    }

    /// Offers the matching extensions of one context, each with the indices of its context and itself.
    fn search_one<T>(
        &self,
        index: usize,
        digits: &str,
        caller: Option<&str>,
        accept: &mut Accept<'_, T>,
    ) -> Option<T> {
        let context = &self.contexts[index];
        context
            .index
            .matches(digits, &mut |group| {
                for at in group {
                    let extension = &context.extensions[at];
                    if extension.is_for(caller)
                        && let Some(found) = accept((index as u32, at as u32), extension)
                    {
                        return ControlFlow::Break(found);
                    }
                }
                ControlFlow::Continue(())
            })
            .break_value()
    }

    fn could_more(&self, query: &Query<'_>) -> bool {
        matches!(self.more_within(query, 1, &mut Hops::default()), More::Yes)
    }

    /// Whether more digits could lead to another extension that has the priority.
    fn more_within(&self, query: &Query<'_>, priority: u32, hops: &mut Hops) -> More {
        let Some(start) = self.context_index(query.context) else { return More::No };
        let digits = without_hyphens(query.extension);
        let counts = |extension: &Extension| {
            extension.step_index(priority).is_some() && extension.is_for(query.caller)
        };
        let answer = self.contexts_of(start, query.clock, &mut Visited::default(), &mut |index| {
            let context = &self.contexts[index];
            let mut more = context.index.more(&digits, &context.extensions, &counts);
            for switch in &context.switches {
                if matches!(more, More::No) {
                    more = self.more_behind(switch, context, query, priority, hops);
                }
            }
            match more {
                More::No => ControlFlow::Continue(()),
                decided => ControlFlow::Break(decided),
            }
        });
        answer.break_value().unwrap_or(More::No)
    }

    fn more_behind(
        &self,
        switch: &Switch,
        context: &Context,
        query: &Query<'_>,
        priority: u32,
        hops: &mut Hops,
    ) -> More {
        let leads = switch.leads(self, query, &context.name, priority);
        let Some(leads) = leads.filter(|leads| leads.could_admit(query.extension)) else { return More::No };
        let to = leads.to;
        let beyond = Query { context: &to.context, extension: &to.extension, ..*query };
        hops.follow(|hops| Some(self.more_within(&beyond, to.priority, hops))).unwrap_or(More::No)
    }

    /// The query's context and all that it includes, in the order of the search.
    pub(crate) fn contexts_below(&self, query: &Query<'_>) -> Vec<&Context> {
        let mut all = Vec::new();
        if let Some(start) = self.context_index(query.context) {
            let _ = self.contexts_of(start, query.clock, &mut Visited::default(), &mut |index| {
                all.push(&self.contexts[index]);
                ControlFlow::<()>::Continue(())
            });
        }
        all
    }

    /// Visits a context and what it includes, depth first, each once.
    fn contexts_of<B>(
        &self,
        start: usize,
        clock: &dyn Clock,
        visited: &mut Visited,
        visit: &mut dyn FnMut(usize) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if self.contexts[start].includes.is_empty() {
            return visit(start);
        }
        // A stack of our own, so that a chain of thousands of includes costs memory and no more.
        let mut pending = vec![start as u32];
        while let Some(index) = pending.pop() {
            if !visited.enter(index) {
                continue;
            }
            visit(index as usize)?;
            let open = |include: &&super::Include| include.condition.as_ref().is_none_or(|c| c.holds(clock));
            let includes = self.contexts[index as usize].includes.iter().filter(open);
            let before = pending.len();
            pending.extend(includes.filter_map(|include| include.target));
            pending[before..].reverse();
        }
        ControlFlow::Continue(())
    }
}
