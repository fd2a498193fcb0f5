//! `dialplan show`: the plan as text.

use super::{Context, Dialplan, Extension, SwitchKind};
use crate::Pattern;
use asterisk_conf::{SourceMap, Span};
use std::fmt::Write;

/// Width of the column before `=>`'s contents, and of the column before the place.
const NAME: usize = 16;
const BODY: usize = 45;

impl Dialplan {
    /// The dialplan, one context of it, or one extension of one context, in the layout that
    /// `dialplan show` has had for twenty years. With an extension, the contexts that its context includes are
    /// shown too where it is found there. `None` when there is no such context or extension.
    pub fn show(
        &self,
        sources: &SourceMap,
        context: Option<&str>,
        extension: Option<&str>,
    ) -> Option<String> {
        let mut page = Page { sources, out: String::new(), extensions: 0, priorities: 0, contexts: 0 };
        match context {
            None => self.contexts.iter().for_each(|context| page.context(context, extension)),
            Some(name) => {
                let mut names = vec![name];
                let mut next = 0;
                while let Some(context) = names.get(next).and_then(|name| self.context(name)) {
                    page.context(context, extension);
                    // A single extension is looked for where a call would look for it.
                    let includes = context.includes.iter().filter(|_| extension.is_some());
                    let new: Vec<_> =
                        includes.map(|i| &*i.name).filter(|name| !names.contains(name)).collect();
                    names.extend(new.into_iter().filter(|name| self.context(name).is_some()));
                    next += 1;
                }
            }
        }
        page.finish(context.is_none())
    }
}

struct Page<'a> {
    sources: &'a SourceMap,
    out: String,
    extensions: usize,
    priorities: usize,
    contexts: usize,
}

impl Page<'_> {
    fn context(&mut self, context: &Context, wanted: Option<&str>) {
        let shown: Vec<_> =
            context.extensions.iter().filter(|e| wanted.is_none_or(|w| shows(e, w))).collect();
        if wanted.is_some() && shown.is_empty() {
            return;
        }
        self.contexts += 1;
        let _ = writeln!(self.out, "[ Context '{}' created by 'pbx_config' ]", context.name);
        for extension in shown {
            self.extension(extension);
        }
        if wanted.is_none() {
            for include in &context.includes {
                let text = match &include.condition {
                    Some(condition) => format!("'{}|{}'", include.name, condition.text()),
                    None => format!("'{}'", include.name),
                };
                self.row("Include =>", &text, include.span);
            }
            for (pattern, span) in &context.ignore_patterns {
                self.row("Ignore pattern =>", &format!("'{}'", pattern.text()), *span);
            }
            for switch in &context.switches {
                let name =
                    if switch.kind == SwitchKind::Evaluated { "Eval Switch =>" } else { "Alt. Switch =>" };
                let served = if switch.is_served() { "" } else { " (not served)" };
                self.row(name, &format!("'{}'{served}", switch.target), switch.span);
            }
        }
        self.out.push('\n');
    }

    fn extension(&mut self, extension: &Extension) {
        self.extensions += 1;
        let mut name = match &extension.caller {
            Some(caller) => format!("'{}' (CID match '{}') =>", extension.pattern.text(), caller.text()),
            None => format!("'{}' =>", extension.pattern.text()),
        };
        if let Some(hint) = &extension.hint {
            self.row(&name, &format!("hint: {}", hint.devices), hint.span);
            name.clear();
        }
        for step in &extension.steps {
            self.priorities += 1;
            if let Some(label) = step.label() {
                if !name.is_empty() {
                    let _ = writeln!(self.out, "  {name}");
                }
                name = format!("   [{label}]");
            }
            let text = format!("{}. {}({})", step.priority, step.application, step.arguments());
            self.row(&name, &text, step.span);
            name.clear();
        }
    }

    fn row(&mut self, name: &str, body: &str, span: Span) {
        let place = self.sources.place(span).map(|place| {
            let file = place.path.file_name().unwrap_or(place.path.as_os_str());
            format!("[{}:{}]", file.display(), place.line)
        });
        let row = format!("  {name:<NAME$}  {body:<BODY$} {}", place.unwrap_or_default());
        let _ = writeln!(self.out, "{}", row.trim_end());
    }

    fn finish(mut self, whole: bool) -> Option<String> {
        if self.contexts == 0 && !whole {
            return None;
        }
        let plural =
            |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let _ = writeln!(
            self.out,
            "-= {} ({}) in {}. =-",
            plural(self.extensions, "extension", "extensions"),
            plural(self.priorities, "priority", "priorities"),
            plural(self.contexts, "context", "contexts"),
        );
        Some(self.out)
    }
}

/// Whether an extension answers to what was typed: the same text, or a number that it matches.
fn shows(extension: &Extension, wanted: &str) -> bool {
    extension.pattern.text() == wanted
        || extension.pattern.same_as(&Pattern::parse(wanted))
        || (!wanted.starts_with('_') && extension.pattern.matches(wanted))
}
