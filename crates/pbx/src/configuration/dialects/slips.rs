//! Slips whose meaning is beyond doubt: they are understood, and told with the right key.

use asterisk_conf::{Config, Diagnostic, Entry};

use crate::configuration::pjsip::keys_of;

/// Words that are taken for keys of a type, and mean this one.
const MEANT: &[(&str, &str, &str)] = &[
    ("aor", "mailbox", "mailboxes"),
    ("auth", "secret", "password"),
    ("auth", "user", "username"),
    ("endpoint", "mailbox", "mailboxes"),
];

/// Gives keys of `pjsip.conf` their right names.
pub(super) fn mend(config: &mut Config, found: &mut Vec<Diagnostic>) {
    for section in config.sections.iter_mut().filter(|section| !section.is_template) {
        let kind = section.value("type").unwrap_or_default().trim().to_ascii_lowercase();
        for entry in &mut section.entries {
            if let Some(right) = key_of(&kind, &entry.key.value) {
                found.push(told(entry, right));
                right.clone_into(&mut entry.key.value);
            }
        }
    }
}

/// The key of sections of this type that `written` means, when it is not written so.
pub(super) fn key_of(kind: &str, written: &str) -> Option<&'static str> {
    let known = keys_of(kind)?;
    let meant = MEANT.iter().find(|(of, word, _)| *of == kind && written.eq_ignore_ascii_case(word));
    meant.map(|(_, _, right)| *right).or_else(|| nearest(written, known.iter().copied()))
}

/// The one key that differs from `written` in nothing but `_`, `-` and an `s` at its end.
pub(super) fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str> + Clone) -> Option<&'k str> {
    if known.clone().any(|key| key.eq_ignore_ascii_case(written)) {
        return None;
    }
    let bare = bare(written);
    let mut alike = known.filter(|key| self::bare(key) == bare);
    let key = alike.next()?;
    alike.all(|other| other == key).then_some(key)
}

fn bare(key: &str) -> String {
    let letters = key.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect::<String>();
    let letters = letters.to_ascii_lowercase();
    letters.strip_suffix('s').map(str::to_owned).unwrap_or(letters)
}

/// The finding about a key that is read as `right`.
pub(super) fn told(entry: &Entry, right: &str) -> Diagnostic {
    let message = format!("'{}' is read as '{right}'", entry.key.value);
    Diagnostic::warning("misspelt-key", message).at(entry.key.span).help(format!("write {right}="))
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_slip_has_one_meaning() {
        assert_eq!(key_of("endpoint", "aor"), Some("aors"));
        assert_eq!(key_of("endpoint", "dtmfmode"), Some("dtmf_mode"));
        assert_eq!(key_of("endpoint", "Set-Var"), Some("set_var"));
        assert_eq!(key_of("aor", "contacts"), Some("contact"));
        assert_eq!(key_of("auth", "secret"), Some("password"));
        assert_eq!(key_of("endpoint", "aors"), None, "it is right");
        assert_eq!(key_of("endpoint", "AORS"), None, "it is right");
        assert_eq!(key_of("endpoint", "alow"), None, "it is only near");
        assert_eq!(key_of("endpoint", "s"), None);
        assert_eq!(key_of("nothing", "aor"), None);
    }
}
