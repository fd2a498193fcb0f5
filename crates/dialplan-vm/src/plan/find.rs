//! The search: which extension does a number mean, in a context and all that it includes.

use super::index::More;
use super::{Context, Dialplan, Extension, Hint, PlanStep};
use crate::syntax::pattern::without_hyphens;
use crate::{Clock, NoClock};
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
}

impl<'a> Query<'a> {
    /// Asks with all includes open.
    pub fn new(context: &'a str, extension: &'a str, caller: Option<&'a str>) -> Self {
        Self { context, extension, caller, clock: &NoClock }
    }
}

impl std::fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{} for {:?}", self.extension, self.context, self.caller)
    }
}

/// A step and where it was found.
#[derive(Clone, Copy, Debug)]
pub struct FoundStep<'p> {
    /// The step.
    pub step: &'p PlanStep,
    /// The extension that it belongs to.
    pub extension: &'p Extension,
    /// The context in which that is written; it may be an included one.
    pub context: &'p Context,
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

    /// As [`find`](Self::find), with a clock.
    pub fn find_with(&self, query: &Query<'_>, priority: u32) -> Option<FoundStep<'_>> {
        self.search(query, &mut |place, extension| extension.step_index(priority).map(|step| (place, step)))
            .map(|((context, extension), step)| {
                self.found(StepPlace { context, extension, step: step as u32 })
            })
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

    fn found(&self, place: StepPlace) -> FoundStep<'_> {
        let context = &self.contexts[place.context as usize];
        let extension = &context.extensions[place.extension as usize];
        FoundStep { step: &extension.steps[place.step as usize], extension, context, place }
    }

    /// Offers the matching extensions in order, each with the indices of its context and itself, until one is
    /// accepted.
    fn search<T>(&self, query: &Query<'_>, accept: &mut Accept<'_, T>) -> Option<T> {
        let digits = without_hyphens(query.extension);
        let mut visited = Visited::default();
        self.contexts_of(self.context_index(query.context)?, query.clock, &mut visited, &mut |index| {
            let context = &self.contexts[index];
            context.index.matches(&digits, &mut |group| {
                for at in group {
                    let extension = &context.extensions[at];
                    if extension.is_for(query.caller)
                        && let Some(found) = accept((index as u32, at as u32), extension)
                    {
                        return ControlFlow::Break(found);
                    }
                }
                ControlFlow::Continue(())
            })
        })
        .break_value()
    }

    fn could_more(&self, query: &Query<'_>) -> bool {
        let Some(start) = self.context_index(query.context) else { return false };
        let digits = without_hyphens(query.extension);
        let counts =
            |extension: &Extension| extension.step_index(1).is_some() && extension.is_for(query.caller);
        let mut visited = Visited::default();
        let answer = self.contexts_of(start, query.clock, &mut visited, &mut |index| {
            let context = &self.contexts[index];
            match context.index.more(&digits, &context.extensions, &counts) {
                More::Yes => ControlFlow::Break(true),
                More::Final => ControlFlow::Break(false),
                More::No => ControlFlow::Continue(()),
            }
        });
        answer.break_value().unwrap_or(false)
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
