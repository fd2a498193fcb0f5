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

#[cfg(test)]
mod tests {
    use crate::configuration::Part;
    use crate::functions::testing::Bench;

    #[tokio::test]
    async fn a_reload_forgets_what_was_set_where_that_is_wanted() {
        for (general, kept) in [("", "mine"), ("[general]\nclearglobalvars=yes\n", "")] {
            let plan =
                |city: &str| format!("{general}[globals]\nCITY={city}\n[phones]\nexten => 100,1,Answer()\n");
            let bench = Bench::with(&[("extensions.conf", &plan("Rome"))]).await;
            let exchange = bench.channel.exchange.clone();
            let get = |name: &str| exchange.globals().get(name).unwrap_or_default();
            exchange.globals().set("MINE", "mine");
            exchange.globals().set("CITY", "Paris");
            assert_eq!((get("MINE"), get("CITY")), ("mine".to_owned(), "Paris".to_owned()));
            std::fs::write(bench.folder().join("extensions.conf"), plan("Oslo")).unwrap();
            assert!(!exchange.reload(Part::Dialplan).await.has_errors());
            assert_eq!((get("MINE"), get("CITY")), (kept.to_owned(), "Oslo".to_owned()), "{general}");
        }
    }
}
