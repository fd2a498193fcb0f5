//! What a configuration is once it is read: sections in order, each with its entries in order.

use crate::Spanned;
use std::borrow::Cow;

/// A file with all that it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// All sections in the order of the file, templates among them. Several may share a name.
    pub sections: Vec<Section>,
}

impl Config {
    /// The first section of that name that is not a template. One whose letters are of another case counts where there is no other,
    /// as in Asterisk: `[General]`.
    pub fn section(&self, name: &str) -> Option<&Section> {
        let alike = |section: &&Section| section.name.value.eq_ignore_ascii_case(name);
        self.sections_named(name).next().or_else(|| self.objects().find(alike))
    }

    /// All sections of that name that are not templates, in order; the case of letters must fit.
    pub fn sections_named<'c>(&'c self, name: &str) -> impl Iterator<Item = &'c Section> {
        self.objects().filter(move |section| section.name.value == name)
    }

    /// All sections that are not templates, in order.
    pub fn objects(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.is_template)
    }
}

/// One section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The name between the brackets.
    pub name: Spanned<String>,
    /// Marked `(!)`: only to inherit from.
    pub is_template: bool,
    /// The entries: those of the templates first, in the order in which they are named, then its own.
    /// An inherited entry keeps its place in the template.
    pub entries: Vec<Entry>,
}

impl Section {
    /// All entries of a key, in order. Keys are compared without regard to case.
    pub fn all<'c>(&'c self, key: &str) -> impl DoubleEndedIterator<Item = &'c Entry> {
        self.entries.iter().filter(move |entry| entry.is(key))
    }

    /// The first entry of a key.
    pub fn first(&self, key: &str) -> Option<&Entry> {
        self.all(key).next()
    }

    /// The last entry of a key, which is the one that counts where a key may stand only once.
    pub fn last(&self, key: &str) -> Option<&Entry> {
        self.all(key).next_back()
    }

    /// The text of the key's last `=`, with each `+=` after it appended.
    pub fn value(&self, key: &str) -> Option<Cow<'_, str>> {
        let mut text: Option<Cow<'_, str>> = None;
        for entry in self.entries.iter().filter(|entry| entry.is(key)) {
            match (&mut text, entry.operator) {
                (Some(text), Operator::Append) => text.to_mut().push_str(&entry.value.value),
                _ => text = Some(Cow::Borrowed(&entry.value.value)),
            }
        }
        text
    }
}

/// One line of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key as it was written; compare it with [`Entry::is`].
    pub key: Spanned<String>,
    /// The value, without blanks around it.
    pub value: Spanned<String>,
    /// What stood between them.
    pub operator: Operator,
}

impl Entry {
    /// Whether the key is `key`, without regard to case.
    pub fn is(&self, key: &str) -> bool {
        self.key.value.eq_ignore_ascii_case(key)
    }
}

/// What stands between key and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Set,
    /// `=>`, which means the same and is written where the entry makes an object.
    Object,
    /// `+=`: the value is appended to the one before.
    Append,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{LoadOptions, MemoryFiles, SourceMap, load};

    #[test]
    fn a_section_in_other_letters_counts_where_there_is_no_other() {
        let files = MemoryFiles::from([(
            "/a.conf",
            "[General]\na=1\n[general]\na=2\n[Options](!)\n[OPTIONS]\na=3\n",
        )]);
        let (config, _) = load(Path::new("/a.conf"), &files, &mut SourceMap::new(), &LoadOptions::default());
        let value =
            |name| config.section(name).and_then(|section| section.value("a")).map(|value| value.to_string());
        assert_eq!(value("general").as_deref(), Some("2"));
        assert_eq!(value("GENERAL").as_deref(), Some("1"));
        assert_eq!(value("options").as_deref(), Some("3"));
        assert_eq!(value("other"), None);
    }
}
