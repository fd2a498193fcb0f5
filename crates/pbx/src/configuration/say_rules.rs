//! `say.conf`: rules for what is said, by language.

use asterisk_conf::{Config, Diagnostic};
use say::rules::Rules;

/// Reads the rules. A section is a language; `mode` of `[general]` says whether numbers and dates follow them.
pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Rules {
    let mut rules = Rules::default();
    for section in config.objects() {
        if section.name.value != "general" {
            for entry in &section.entries {
                rules.add(&section.name.value, &entry.key.value, &entry.value.value);
            }
            continue;
        }
        for entry in section.entries.iter().filter(|entry| entry.is("mode")) {
            match entry.value.value.trim() {
                mode @ ("old" | "new") => rules.replace_built_in = mode == "new",
                other => {
                    let message = format!("mode: '{other}' is neither old nor new; old is taken");
                    found.push(Diagnostic::warning("bad-value", message).at(entry.value.span));
                }
            }
        }
    }
    rules
}
