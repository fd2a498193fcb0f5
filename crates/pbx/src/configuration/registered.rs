//! Extensions of phones while they are registered: `regcontext`, and `regexten` of `sip.conf`.
//!
//! The dialplan is a program that does not change; a phone that comes or goes makes another one of the same text and one
//! line for each phone that is there. That is for the few who name a `regcontext`, and costs the others nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use asterisk_conf::{Config, Entry, Operator, Section, Span, Spanned};

use super::Configuration;

/// A context and an extension in it.
pub(crate) type RegisteredExtension = (String, String);

impl Configuration {
    /// Whether extensions come and go with phones, or some did until now.
    pub(crate) fn follows_registrations(&self) -> bool {
        self.sip.global.regcontext.is_some() || !self.registered.is_empty()
    }

    /// The same with the extensions of these endpoints, which are registered, and of no others.
    pub(crate) fn with_registered<'e>(self, endpoints: impl IntoIterator<Item = &'e str>) -> Self {
        let mut wanted: BTreeSet<RegisteredExtension> = BTreeSet::new();
        for endpoint in endpoints {
            wanted.extend(self.extensions_of(endpoint));
        }
        if wanted == self.registered {
            return self;
        }
        let fixed = dialplan_vm::compile(&self.plan_text).plan;
        let is_new = |(context, extension): &&RegisteredExtension| !fixed.exists(context, extension, None, 1);
        let place = self.sip.global.regcontext.as_ref().map(|named| named.span);
        let sections =
            place.map(|place| wanted.iter().filter(is_new).map(|one| section(one, place)).collect());
        let lines: Vec<Section> = sections.unwrap_or_default();
        let dialplan = match lines.is_empty() {
            true => fixed,
            false => {
                let mut text = Config::clone(&self.plan_text);
                text.sections.extend(lines);
                dialplan_vm::compile(&text).plan
            }
        };
        Self { dialplan: Arc::new(dialplan), registered: wanted, ..self }
    }

    /// What an endpoint brings: its name in each context of `regcontext`, or what its `regexten` names.
    fn extensions_of(&self, endpoint: &str) -> Vec<RegisteredExtension> {
        let Some(contexts) = &self.sip.global.regcontext else { return Vec::new() };
        let named = self
            .sip
            .device_rules
            .get(endpoint)
            .and_then(|rules| rules.registered_extensions.as_deref())
            .unwrap_or(endpoint);
        let mut all = Vec::new();
        for name in named.split('&').map(str::trim).filter(|name| !name.is_empty()) {
            match name.split_once('@') {
                Some((extension, context)) => all.push((context.to_owned(), extension.to_owned())),
                None => {
                    let contexts =
                        contexts.value.split('&').map(str::trim).filter(|context| !context.is_empty());
                    all.extend(contexts.map(|context| (context.to_owned(), name.to_owned())));
                }
            }
        }
        all.retain(|(context, extension)| is_plain(context) && is_plain(extension));
        all
    }
}

/// The contexts that `regcontext` names, empty, so that others may include them while nobody is registered.
pub(super) fn empty_contexts(sip: &Config) -> Vec<Section> {
    let is_global = |section: &&Section| {
        section.value("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("global"))
    };
    let found = sip.objects().filter(is_global).last();
    let Some((text, place)) = found
        .and_then(|section| section.last("regcontext"))
        .map(|entry| (&entry.value.value, entry.value.span))
    else {
        return Vec::new();
    };
    let named = text.split('&').map(str::trim).filter(|name| is_plain(name));
    named.map(|name| empty(name, place)).collect()
}

fn empty(context: &str, place: Span) -> Section {
    Section { name: Spanned::new(context.to_owned(), place), is_template: false, entries: Vec::new() }
}

/// `exten => NAME,1,NoOp(NAME)`.
fn section((context, extension): &RegisteredExtension, place: Span) -> Section {
    let line = Entry {
        key: Spanned::new("exten".to_owned(), place),
        value: Spanned::new(format!("{extension},1,NoOp({extension})"), place),
        operator: Operator::Object,
    };
    Section { entries: vec![line], ..empty(context, place) }
}

/// Whether it can stand in a line of the dialplan and mean itself.
fn is_plain(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.+*#".contains(letter);
    !name.is_empty() && !name.starts_with('_') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Folders, Part};

    const PLAN: &str =
        "[phones]\ninclude => here\n[here]\nexten => _XXX,2,Dial(PJSIP/${EXTEN})\nexten => 300,1,Busy()\n";

    fn load(file: &str, text: &str) -> Configuration {
        let mut files = MemoryFiles::new();
        files.insert(format!("/pbx/etc/{file}").as_str(), text);
        files.insert("/pbx/etc/extensions.conf", PLAN);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let said = report.render(false);
        assert!(!said.contains("regcontext") && !said.contains("regexten"), "{said}");
        configuration.unwrap_or_else(|| panic!("{said}"))
    }

    fn pjsip() -> Configuration {
        load(
            "pjsip.conf",
            "[global]\ntype=global\nregcontext=here&there\n[u]\ntype=transport\nbind=0.0.0.0\n\
             [100]\ntype=endpoint\ncontext=phones\n[300]\ntype=endpoint\ncontext=phones\n",
        )
    }

    fn has(configuration: &Configuration, context: &str, extension: &str, priority: u32) -> bool {
        configuration.dialplan.exists(context, extension, None, priority)
    }

    #[test]
    fn a_phone_has_an_extension_while_it_is_registered() {
        let nobody = pjsip();
        assert!(!has(&nobody, "phones", "100", 1) && nobody.follows_registrations());
        let there = nobody.with_registered(["100", "300"]);
        assert!(has(&there, "phones", "100", 1) && has(&there, "there", "100", 1));
        assert!(has(&there, "phones", "100", 2), "and goes on in the pattern of its context");
        let step =
            there.dialplan.find("here", "300", None, 1).map(|found| found.step.application().to_owned());
        assert_eq!(step.as_deref(), Some("Busy"), "what the file says counts");
        let gone = there.with_registered([]);
        assert!(!has(&gone, "phones", "100", 1) && has(&gone, "phones", "300", 1));
    }

    #[test]
    fn a_reload_keeps_them() {
        let there = pjsip().with_registered(["100"]);
        let reloaded = there.with(Part::Dialplan, pjsip());
        assert!(!has(&reloaded, "phones", "100", 1), "it was loaded without");
        assert!(has(&reloaded.with_registered(["100"]), "phones", "100", 1));
        let sip = there.with(Part::Sip, pjsip());
        assert!(has(&sip, "phones", "100", 1));
    }

    #[test]
    fn devices_of_sip_conf_say_which_extension() {
        let sip = load(
            "sip.conf",
            "[general]\nallowguest=no\nregcontext=here\n[a]\ntype=friend\nhost=dynamic\nsecret=5f4dcc3b5aa765d6\n\
             context=phones\nregexten=200&201@phones&_9.\n[b]\ntype=friend\nhost=dynamic\ncontext=phones\n\
             secret=6f4dcc3b5aa765d6\n",
        );
        let there = sip.with_registered(["a", "b"]);
        assert!(
            has(&there, "here", "200", 1) && has(&there, "phones", "201", 1) && has(&there, "here", "b", 1)
        );
        assert!(!has(&there, "here", "a", 1) && !has(&there, "here", "912", 1));
    }
}
