//! Sections of `pjsip.conf` that are made of lines of another file.

use asterisk_conf::{Entry, Operator, Section, Span, Spanned};

use super::DeviceRules;
use super::spellings::Spelling;

/// What one section of another dialect comes to: objects that stand and fall together.
pub(super) struct Group {
    /// The section's name, at its place.
    pub(super) name: Spanned<String>,
    /// Its objects.
    pub(super) objects: Vec<Object>,
    /// What it says beyond the vocabulary of these objects.
    pub(super) rules: DeviceRules,
}

impl Group {
    pub(super) fn new(name: Spanned<String>, objects: Vec<Object>) -> Self {
        Self { name, objects, rules: DeviceRules::default() }
    }
}

/// A section in the making.
pub(super) struct Object {
    pub(super) section: Section,
    /// How its keys were written, where they were written otherwise.
    pub(super) spellings: Vec<Spelling>,
}

impl Object {
    /// A section of this type and name, for what stands at `place`.
    pub(super) fn new(kind: &str, name: impl Into<String>, place: Span) -> Self {
        let name = Spanned::new(name.into(), place);
        let section = Section { name, is_template: false, entries: Vec::new() };
        let mut object = Self { section, spellings: Vec::new() };
        object.imply("type", kind);
        object
    }

    /// Takes a line over under the key that it has here.
    pub(super) fn take(&mut self, key: &str, line: &Entry) {
        self.push(key, line.value.value.clone(), line, line.operator);
    }

    /// Takes a line over with the key and the value that it has here.
    pub(super) fn take_as(&mut self, key: &str, value: impl Into<String>, line: &Entry) {
        self.push(key, value.into(), line, Operator::Set);
    }

    /// Says what nobody wrote.
    pub(super) fn imply(&mut self, key: &str, value: impl Into<String>) {
        let place = self.section.name.span;
        self.section.entries.push(Entry {
            key: Spanned::new(key.to_owned(), place),
            value: Spanned::new(value.into(), place),
            operator: Operator::Set,
        });
    }

    /// Whether something is said of a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.section.first(key).is_some()
    }

    fn push(&mut self, key: &str, value: String, line: &Entry, operator: Operator) {
        self.spellings.extend(Spelling::of(key, &value, line));
        self.section.entries.push(Entry {
            key: Spanned::new(key.to_owned(), line.key.span),
            value: Spanned::new(value, line.value.span),
            operator,
        });
    }
}
