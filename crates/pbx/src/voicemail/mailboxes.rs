//! `voicemail.conf`: mailboxes by context and number.
//!
//! A section is a context, but for `[general]` and `[zonemessages]`; a line `box => pin,name,email,pager,option=value|…` in it
//! is a mailbox.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use asterisk_conf::{Config, Diagnostic, Entry, Files, LoadOptions, SourceMap, boolean, load};

use crate::configuration::Disk;

/// Where mailboxes are that are named without a context.
pub const DEFAULT_CONTEXT: &str = "default";

/// What `voicemail.conf` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoicemailConfiguration {
    /// Mailboxes by context, in the order of the file.
    contexts: BTreeMap<String, Vec<Mailbox>>,
    /// `searchcontexts`: who names no context means any.
    pub search_contexts: bool,
    /// `directoryintro`: what the directory begins with, in place of its own prompts.
    pub directory_intro: Option<String>,
    /// Time zones by name: the zone, and the format of what is said.
    pub zones: BTreeMap<String, (String, String)>,
}

/// One mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// Its number.
    pub number: String,
    /// The password; empty where there is none.
    pub password: String,
    /// Whether its owner may not change the password (a `-` before it).
    pub password_is_fixed: bool,
    /// Its owner.
    pub name: String,
    /// Addresses for mail, in order.
    pub email: Vec<String>,
    /// Address for short mail.
    pub pager: String,
    /// Options, in their order.
    pub options: Vec<(String, String)>,
}

impl Mailbox {
    /// Reads what stands behind `number =>`. Commas between the first four, bars between options.
    fn parse(number: &str, text: &str) -> Self {
        let mut fields = text.splitn(5, ',').map(str::trim);
        let mut field = || fields.next().unwrap_or_default().to_owned();
        let (password, name, email, pager, options) = (field(), field(), field(), field(), field());
        let options = options.split('|').filter_map(|option| option.split_once('='));
        let fixed = password.strip_prefix('-');
        Self {
            number: number.to_owned(),
            password_is_fixed: fixed.is_some(),
            password: fixed.map(str::to_owned).unwrap_or(password),
            name,
            email: email.split('|').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            pager,
            options: options.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect(),
        }
    }

    /// The last value of an option.
    pub fn option(&self, key: &str) -> Option<&str> {
        let mut named = self.options.iter().rev().filter(|(known, _)| known.eq_ignore_ascii_case(key));
        named.next().map(|(_, value)| value.as_str())
    }

    /// Other names of its owner (`alias=`).
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        let aliases = self.options.iter().filter(|(known, _)| known.eq_ignore_ascii_case("alias"));
        aliases.map(|(_, value)| value.as_str())
    }

    /// Whether the directory passes over it (`hidefromdir=yes`).
    pub fn is_hidden(&self) -> bool {
        self.option("hidefromdir").and_then(boolean).unwrap_or(false)
    }
}

impl VoicemailConfiguration {
    /// Reads the file.
    pub(crate) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut read = Self::default();
        if let Some(general) = config.section("general") {
            let flag = general.value("searchcontexts");
            read.search_contexts = flag.and_then(|text| boolean(text.trim())).unwrap_or(false);
            let intro = general.value("directoryintro").map(|text| text.trim().to_owned());
            read.directory_intro = intro.filter(|text| !text.is_empty());
        }
        for section in config.objects() {
            match section.name.value.as_str() {
                "general" => {}
                "zonemessages" => read.zones.extend(section.entries.iter().filter_map(zone)),
                context => {
                    let known = read.contexts.entry(context.to_owned()).or_default();
                    for entry in &section.entries {
                        add(known, entry, found);
                    }
                }
            }
        }
        read
    }

    /// Reads a file of that form as it is now. What is odd in it is passed over.
    ///
    /// # Errors
    /// Where there is no such file, or it cannot be read.
    pub(crate) fn of_file(path: &Path) -> io::Result<Self> {
        Disk.read(path)?;
        let (config, _) = load(path, &Disk, &mut SourceMap::new(), &LoadOptions::default());
        Ok(Self::read(&config, &mut Vec::new()))
    }

    /// The mailbox of a number: in that context; where none is named, in the default one, or in any with `searchcontexts`.
    /// The context that it was found in comes with it.
    pub fn find<'c>(&'c self, number: &str, context: Option<&'c str>) -> Option<(&'c str, &'c Mailbox)> {
        self.listed(context).find(|(_, mailbox)| mailbox.number == number)
    }

    /// All mailboxes of a context, or those that are meant where none is named, each with its context.
    pub fn listed<'c>(&'c self, context: Option<&'c str>) -> impl Iterator<Item = (&'c str, &'c Mailbox)> {
        let wanted = context.or((!self.search_contexts).then_some(DEFAULT_CONTEXT));
        let contexts =
            self.contexts.iter().filter(move |(name, _)| wanted.is_none_or(|wanted| wanted == *name));
        contexts.flat_map(|(name, boxes)| boxes.iter().map(move |mailbox| (name.as_str(), mailbox)))
    }
}

fn zone(entry: &Entry) -> Option<(String, (String, String))> {
    let (zone, format) = entry.value.value.split_once('|')?;
    Some((entry.key.value.trim().to_owned(), (zone.trim().to_owned(), format.trim().to_owned())))
}

/// Adds a line to the mailboxes of its context; a second one of that number is told of.
fn add(known: &mut Vec<Mailbox>, entry: &Entry, found: &mut Vec<Diagnostic>) {
    let number = entry.key.value.trim();
    if known.iter().any(|mailbox| mailbox.number == number) {
        let message = format!("voicemail.conf has the mailbox {number} twice; the first line counts");
        found.push(Diagnostic::warning("twice", message).at(entry.key.span));
        return;
    }
    known.push(Mailbox::parse(number, &entry.value.value));
}

#[cfg(test)]
mod tests {
    use asterisk_conf::MemoryFiles;

    use super::*;

    fn read(text: &str) -> (VoicemailConfiguration, usize) {
        let files = MemoryFiles::from([("/etc/voicemail.conf", text)]);
        let (config, _) =
            load(Path::new("/etc/voicemail.conf"), &files, &mut SourceMap::new(), &LoadOptions::default());
        let mut found = Vec::new();
        (VoicemailConfiguration::read(&config, &mut found), found.len())
    }

    const FILE: &str = "[general]\nformat=wav\nsearchcontexts=yes\n[zonemessages]\nparis=Europe/Paris|'vm-received' Q\n\
        [default]\n100 => 4242, Alice Martin, a@example.com|b@example.com,,alias=Ally|hidefromdir=no|tz=paris\n\
        101 => -1,Bob Stone,,,hidefromdir=yes\n100 => 1,Again\n[sales]\n200 => ,Carol\n";

    #[test]
    fn lines_are_mailboxes() {
        let (read, findings) = read(FILE);
        assert_eq!(findings, 1);
        let (context, alice) = read.find("100", None).unwrap();
        assert_eq!(
            (context, alice.password.as_str(), alice.name.as_str()),
            ("default", "4242", "Alice Martin")
        );
        assert_eq!(alice.email, ["a@example.com", "b@example.com"]);
        assert_eq!((alice.option("TZ"), alice.aliases().collect::<Vec<_>>()), (Some("paris"), vec!["Ally"]));
        assert!(!alice.is_hidden());
        let (_, bob) = read.find("101", Some("default")).unwrap();
        assert_eq!((bob.password.as_str(), bob.password_is_fixed, bob.is_hidden()), ("1", true, true));
        assert_eq!(read.find("200", None).unwrap().0, "sales");
        assert_eq!((read.find("200", Some("default")), read.find("9", None)), (None, None));
        assert_eq!(read.zones["paris"].0, "Europe/Paris");
    }

    #[test]
    fn a_file_of_that_form_is_read_as_it_is_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.conf");
        assert!(VoicemailConfiguration::of_file(&path).is_err());
        std::fs::write(&path, FILE).unwrap();
        assert_eq!(VoicemailConfiguration::of_file(&path).unwrap(), read(FILE).0);
    }
}
