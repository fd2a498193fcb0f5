//! Global variables of the dialplan.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::configuration::Configuration;

/// Global variables of the dialplan: `[globals]`, `Set(GLOBAL(x)=…)`.
#[derive(Debug, Default)]
pub struct Globals(Mutex<HashMap<String, String>>);

impl Globals {
    pub(super) fn from_plan(configuration: &Configuration) -> Self {
        let globals = Self::default();
        globals.refresh(configuration);
        globals
    }

    /// Takes over `[globals]`; variables set at run time stay, unless `clearglobalvars` says otherwise.
    pub(super) fn refresh(&self, configuration: &Configuration) {
        if configuration.dialplan.options().clear_global_variables {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        for (name, value) in configuration.dialplan.globals() {
            self.set(name, value);
        }
    }

    /// The value of a global variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Sets a global variable; an empty value removes it.
    pub fn set(&self, name: &str, value: &str) {
        let mut globals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() {
            globals.remove(name);
        } else {
            globals.insert(name.to_owned(), value.to_owned());
        }
    }

    /// All of them, by name.
    pub fn all(&self) -> Vec<(String, String)> {
        let globals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = globals.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        all.sort();
        all
    }
}
