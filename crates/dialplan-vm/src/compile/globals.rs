//! `[globals]`, and the substitution that is done once, at load time.

use crate::{FunctionReply, Host, Text};
use asterisk_conf::{Diagnostic, Section, Span, Spanned};
use std::collections::HashMap;

/// The global variables while a configuration is compiled.
#[derive(Default)]
pub(super) struct Globals {
    list: Vec<(String, String)>,
    values: HashMap<String, String>,
}

impl Globals {
    /// Reads a section. A value may use the variables above it.
    pub(super) fn read(&mut self, section: &Section, diagnostics: &mut Vec<Diagnostic>) {
        for entry in &section.entries {
            if !is_name(&entry.key.value) {
                diagnostics.push(
                    Diagnostic::warning(
                        "bad-variable-name",
                        format!("`{}` cannot be read back as a variable", entry.key),
                    )
                    .at(entry.key.span)
                    .help("a name has letters, digits and `_`"),
                );
            }
            let value = self.substitute(&entry.value);
            self.values.insert(entry.key.value.clone(), value.clone());
            self.list.push((entry.key.value.clone(), value));
        }
    }

    /// Substitutes the global variables in a text; functions have no value at load time.
    pub(super) fn substitute(&mut self, text: &Spanned<String>) -> String {
        let compiled = Text::compile(&text.value);
        if compiled.is_constant() {
            return text.value.clone();
        }
        compiled.evaluate(self).unwrap_or_default()
    }

    pub(super) fn into_list(self) -> Vec<(String, String)> {
        self.list
    }
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@'))
}

impl Host for Globals {
    fn variable(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    fn set_variable(&mut self, _name: &str, _value: &str) {}

    fn global(&self, _name: &str) -> Option<String> {
        None
    }

    fn set_global(&mut self, _name: &str, _value: &str) {}

    fn read_function(&mut self, _name: &str, _args: &str) -> FunctionReply {
        FunctionReply::Value(String::new())
    }

    fn write_function(&mut self, _name: &str, _args: &str, _value: &str) -> FunctionReply {
        FunctionReply::Unknown
    }

    fn warn(&mut self, _message: &str, _at: Option<Span>) {}
}
