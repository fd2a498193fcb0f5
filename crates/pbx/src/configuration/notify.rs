//! `pjsip_notify.conf`: what phones can be notified of, by name.

use std::collections::BTreeMap;

use asterisk_conf::{Config, Diagnostic};

use crate::notices;

/// The notices, by the names of their sections in small letters: headers and lines of the body, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotifyConfiguration {
    /// Lines of each notice: names of headers, or `Content`, and values.
    pub notices: BTreeMap<String, Vec<(String, String)>>,
}

impl NotifyConfiguration {
    /// Reads the sections; `[general]` means nothing.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut notices = BTreeMap::new();
        for section in config.objects().filter(|section| section.name.value != "general") {
            let mut lines = Vec::new();
            for entry in &section.entries {
                let (name, value) = (entry.key.value.trim(), entry.value.value.trim());
                match notices::check(name, value) {
                    Ok(()) => lines.push((name.to_owned(), value.to_owned())),
                    Err(problem) => {
                        let message = format!("pjsip_notify.conf: {problem}; the line is left out");
                        found.push(Diagnostic::warning("bad-value", message).at(entry.key.span));
                    }
                }
            }
            notices.insert(section.name.value.to_ascii_lowercase(), lines);
        }
        Self { notices }
    }
}
