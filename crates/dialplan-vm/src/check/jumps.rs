//! Jumps to places that are not there.

use super::targets::{ConstantTarget, constant_targets};
use crate::plan::{Context, Dialplan, Extension, PlanStep};
use crate::{JumpTarget, PriorityOrLabel, Query};
use asterisk_conf::Diagnostic;
use asterisk_conf::suggest::nearest;
use std::collections::HashSet;

/// Nobody reads more than that; the search stops there.
const MOST_FINDINGS: usize = 1_000;

/// Finds `Goto`, `GotoIf`, `Gosub` and their relatives whose target is written out and does not exist.
///
/// A step runs in the context that the call is in, which may be one that includes the step's own; a target
/// counts as existing when one of those has it.
pub fn check_jumps(plan: &Dialplan) -> Vec<Diagnostic> {
    let including = including(plan);
    let mut found = Vec::new();
    for (index, context) in plan.contexts.iter().enumerate() {
        for extension in context.extensions() {
            for step in extension.steps() {
                let source = Source { plan, contexts: &including[index], extension, step };
                for target in constant_targets(step) {
                    found.extend(source.check(&target));
                }
                if found.len() >= MOST_FINDINGS {
                    return found;
                }
            }
        }
    }
    found
}

/// For each context, itself and all that include it, directly or not.
fn including(plan: &Dialplan) -> Vec<Vec<usize>> {
    let mut includers: Vec<Vec<usize>> = vec![Vec::new(); plan.contexts.len()];
    for (index, context) in plan.contexts.iter().enumerate() {
        for include in &context.includes {
            if let Some(target) = include.target {
                includers[target as usize].push(index);
            }
        }
    }
    (0..plan.contexts.len())
        .map(|start| {
            let (mut all, mut seen, mut next) = (vec![start], HashSet::from([start]), 0);
            while let Some(&index) = all.get(next) {
                all.extend(includers[index].iter().copied().filter(|&includer| seen.insert(includer)));
                next += 1;
            }
            all
        })
        .collect()
}

/// A step that jumps, and where calls that run it can be.
struct Source<'p> {
    plan: &'p Dialplan,
    contexts: &'p [usize],
    extension: &'p Extension,
    step: &'p PlanStep,
}

impl<'p> Source<'p> {
    fn check(&self, target: &ConstantTarget) -> Option<Diagnostic> {
        let at = self.step.arguments_span.slice(target.range.clone());
        let target = match &target.target {
            Ok(target) => target,
            Err(error) => return Some(Diagnostic::warning("bad-target", error.to_string()).at(at)),
        };
        let contexts = match &target.context {
            None => self.contexts.iter().map(|&index| &self.plan.contexts[index]).collect(),
            Some(name) => match self.plan.context(name) {
                Some(context) => vec![context],
                None => return Some(self.no_context(name).at(at)),
            },
        };
        let finding = match &target.extension {
            Some(extension) => self.elsewhere(&contexts, extension, target),
            None if target.context.is_some() => None,
            None => self.here(&contexts, &target.priority),
        };
        finding.map(|finding| finding.at(at))
    }

    fn no_context(&self, name: &str) -> Diagnostic {
        Diagnostic::warning("unknown-context", format!("there is no context `{name}` to go to"))
            .suggest(nearest(name, self.plan.contexts().map(Context::name)))
    }

    /// A jump to a named extension.
    fn elsewhere(
        &self,
        contexts: &[&'p Context],
        extension: &str,
        target: &JumpTarget,
    ) -> Option<Diagnostic> {
        if self.is_plainly_there(contexts, extension, &target.priority) {
            return None;
        }
        let matching: Vec<&Extension> =
            contexts.iter().flat_map(|context| self.matching(context, extension)).collect();
        if matching.is_empty() {
            let place = contexts.first().map_or("", |context| context.name());
            let message = format!("there is no extension `{extension}` in context `{place}` to go to");
            let names =
                contexts.iter().flat_map(|context| self.reachable(context)).map(|e| e.pattern().text());
            return Some(
                Diagnostic::warning("unknown-extension", message).suggest(nearest(extension, names)),
            );
        }
        self.among(&matching, extension, &target.priority)
    }

    /// The quick answer for most jumps, by the search that a call would make.
    fn is_plainly_there(
        &self,
        contexts: &[&'p Context],
        extension: &str,
        priority: &PriorityOrLabel,
    ) -> bool {
        contexts.iter().any(|context| match priority {
            PriorityOrLabel::Priority(priority) => {
                self.plan.exists(context.name(), extension, None, *priority)
            }
            PriorityOrLabel::Label(label) => {
                self.plan.find_label(&Query::new(context.name(), extension, None), label).is_some()
            }
            PriorityOrLabel::Relative(_) => false,
        })
    }

    /// A jump within the own extension.
    fn here(&self, contexts: &[&'p Context], priority: &PriorityOrLabel) -> Option<Diagnostic> {
        if self.has(self.extension, priority) {
            return None;
        }
        // A number that matches the own pattern may find the rest of its priorities in another one.
        let elsewhere = |context: &&'p Context| {
            self.reachable(context)
                .any(|e| self.has(e, priority) && e.pattern().overlaps(self.extension.pattern()))
        };
        match contexts.iter().any(elsewhere) {
            true => None,
            false => self.among(&[self.extension], self.extension.pattern().text(), priority),
        }
    }

    fn has(&self, extension: &Extension, priority: &PriorityOrLabel) -> bool {
        match priority {
            PriorityOrLabel::Priority(number) => extension.step(*number).is_some(),
            PriorityOrLabel::Label(label) => extension.label(label).is_some(),
            PriorityOrLabel::Relative(offset) => {
                let number = self.step.priority.checked_add_signed(*offset);
                number.is_some_and(|number| extension.step(number).is_some())
            }
        }
    }

    fn among(&self, extensions: &[&Extension], name: &str, priority: &PriorityOrLabel) -> Option<Diagnostic> {
        if extensions.iter().any(|extension| self.has(extension, priority)) {
            return None;
        }
        let steps = || extensions.iter().flat_map(|extension| extension.steps());
        Some(match priority {
            PriorityOrLabel::Label(label) => {
                let message = format!("`{name}` has no label `{label}`");
                let finding = Diagnostic::warning("unknown-label", message);
                finding.suggest(nearest(label, steps().filter_map(PlanStep::label)))
            }
            _ => {
                let finding =
                    Diagnostic::warning("unknown-priority", format!("`{name}` has no priority {priority}"));
                match steps().map(PlanStep::priority).max() {
                    Some(last) => {
                        finding.help(format!("its last priority is {last}; a label would move with its line"))
                    }
                    None => finding,
                }
            }
        })
    }

    /// All extensions of a context and its includes that a number matches.
    fn matching<'a>(
        &self,
        context: &'p Context,
        extension: &'a str,
    ) -> impl Iterator<Item = &'p Extension> + use<'p, 'a> {
        let by_number =
            move |e: &&Extension| e.pattern().matches(extension) || e.pattern().text() == extension;
        self.reachable(context).filter(by_number)
    }

    /// The extensions of a context and all that it includes.
    fn reachable(&self, context: &'p Context) -> impl Iterator<Item = &'p Extension> + use<'p> {
        self.plan
            .contexts_below(&Query::new(context.name(), "", None))
            .into_iter()
            .flat_map(Context::extensions)
    }
}
