//! From a loaded configuration to a [`Dialplan`].

mod builder;
mod globals;
mod order;
mod report;
mod shadow;
mod switches;

use crate::plan::{Context, Dialplan};
use asterisk_conf::suggest::nearest;
use asterisk_conf::{Config, Diagnostic, Section, boolean};
use builder::ContextBuilder;
use globals::Globals;
use std::collections::HashMap;
use std::sync::Arc;

/// What [`compile`] answers.
#[derive(Debug)]
pub struct Compiled {
    /// The dialplan. It is whole even when there are errors; then it must not be used for calls.
    pub plan: Dialplan,
    /// What is wrong, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Keys of `[general]`.
const GENERAL: [&str; 8] = [
    "static",
    "writeprotect",
    "autofallthrough",
    "extenpatternmatchnew",
    "clearglobalvars",
    "priorityjumping",
    "overrideswitch",
    "userscontext",
];

/// Findings beyond this number are only counted.
const MOST_FINDINGS: usize = 1_000;

/// Compiles a loaded `extensions.conf`.
///
/// Sections of the same name are one context. Nothing is dropped in silence: a line that cannot be understood
/// is an error, a line that will not do what it seems to do is a warning.
pub fn compile(config: &Config) -> Compiled {
    let mut diagnostics = Vec::new();
    let mut plan = Dialplan::default();
    let mut globals = Globals::default();
    for section in config.objects() {
        match special(section) {
            Some("general") => general(section, &mut plan, &mut diagnostics),
            Some(_) => globals.read(section, &mut diagnostics),
            None => {}
        }
    }
    let mut builders: Vec<ContextBuilder> = Vec::new();
    let mut by_name: HashMap<Arc<str>, u32> = HashMap::new();
    for section in config.objects().filter(|section| special(section).is_none()) {
        let name: Arc<str> = section.name.value.as_str().into();
        let index = *by_name.entry(Arc::clone(&name)).or_insert_with(|| {
            builders.push(ContextBuilder::new(name, section.name.span));
            builders.len() as u32 - 1
        });
        builders[index as usize].read(section, &mut globals, &mut diagnostics);
    }
    plan.contexts = builders.into_iter().map(|builder| builder.finish(&by_name, &mut diagnostics)).collect();
    plan.has_callers = plan.contexts.iter().flat_map(Context::extensions).any(|e| e.caller().is_some());
    plan.by_name = by_name;
    plan.globals = globals.into_list();
    order::check(&plan, &mut diagnostics);
    shadow::check(&plan, &mut diagnostics);
    switches::check(&plan, &mut diagnostics);
    Compiled { plan, diagnostics: sorted(diagnostics) }
}

fn special(section: &Section) -> Option<&'static str> {
    ["general", "globals"].into_iter().find(|name| section.name.value.eq_ignore_ascii_case(name))
}

fn general(section: &Section, plan: &mut Dialplan, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &section.entries {
        let key = entry.key.value.to_ascii_lowercase();
        let value = boolean(&entry.value.value);
        match key.as_str() {
            "autofallthrough" => plan.options.autofallthrough = value.unwrap_or(true),
            "clearglobalvars" => plan.options.clear_global_variables = value.unwrap_or(false),
            known if GENERAL.contains(&known) => {}
            _ => {
                let finding =
                    Diagnostic::warning("unknown-key", format!("`[general]` has no key `{}`", entry.key));
                diagnostics.push(finding.at(entry.key.span).suggest(nearest(&key, GENERAL)));
                continue;
            }
        }
        if value.is_none() && key != "userscontext" {
            diagnostics.push(
                Diagnostic::error("bad-boolean", format!("`{}` is neither yes nor no", entry.value))
                    .at(entry.value.span),
            );
        }
    }
}

/// In the order of the file, and no more of them than anybody reads.
fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|finding| (!finding.is_error(), finding.span));
    let more = diagnostics.len().saturating_sub(MOST_FINDINGS);
    diagnostics.truncate(MOST_FINDINGS);
    diagnostics.sort_by_key(|finding| finding.span);
    if more > 0 {
        diagnostics.push(Diagnostic::note("more-findings", format!("{more} further findings are not shown")));
    }
    diagnostics
}

#[cfg(test)]
mod tests;
