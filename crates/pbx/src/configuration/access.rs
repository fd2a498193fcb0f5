//! Access lists: `acl.conf`, and `deny`, `permit`, `acl` wherever they stand.
//!
//! The lines of one section make one list, in which the last line that fits decides. Lists that `acl=` names stand
//! beside it: whoever wants to come in must pass all of them.

use std::collections::BTreeMap;

use asterisk_conf::{Config, Diagnostic, Entry, Section, Span};
use sip_ua::guard::{AccessList, Network};

use super::values::Values;

/// The lists of `acl.conf`, by name.
pub type AccessLists = BTreeMap<String, AccessList>;

/// Who may come, as one section says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Its own lines.
    pub own: AccessList,
    /// Lists of `acl.conf` that it names.
    pub named: Vec<(String, Span)>,
}

impl Access {
    /// Reads the keys `deny`, `permit` and `acl` of a section, behind `prefix` (`contact_` or nothing).
    pub(super) fn read(values: &mut Values<'_>, prefix: &str) -> Self {
        let name = &values.section.name.value;
        let own = list_of(values.section, &format!("{name}/{prefix}acl"), prefix, values.found);
        let key = format!("{prefix}acl");
        let entries = values.section.all(&key);
        let names = entries.flat_map(|entry| {
            let words = entry.value.value.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(|word| (word.to_owned(), entry.value.span)).collect::<Vec<_>>()
        });
        Self { named: names.collect(), own }
    }

    /// The lists that somebody must pass. One that `acl.conf` does not have lets nobody in, and the check has said so.
    pub fn lists(&self, known: &AccessLists) -> Vec<AccessList> {
        let own = Some(self.own.clone()).filter(|list| !list.is_empty());
        let named = self
            .named
            .iter()
            .map(|(name, _)| known.get(name).cloned().unwrap_or_else(|| AccessList::closed(name.clone())));
        own.into_iter().chain(named).collect()
    }
}

/// The lists of `acl.conf`.
pub(super) fn read_file(config: &Config, found: &mut Vec<Diagnostic>) -> AccessLists {
    let mut lists = AccessLists::new();
    for section in config.objects() {
        let name = &section.name.value;
        let mut values = Values { section, found };
        values.check_keys("acl.conf", &["permit", "deny"], |_| None);
        lists.insert(name.clone(), list_of(section, name, "", found));
    }
    lists
}

/// The lines of a section, in order.
fn list_of(section: &Section, name: &str, prefix: &str, found: &mut Vec<Diagnostic>) -> AccessList {
    let mut list = AccessList::new(name);
    for entry in &section.entries {
        let permit = entry.is(&format!("{prefix}permit"));
        if !permit && !entry.is(&format!("{prefix}deny")) {
            continue;
        }
        for word in entry.value.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (turned, text) = word.strip_prefix('!').map_or((false, word), |text| (true, text));
            match Network::parse(text) {
                Some(network) => list.push(permit != turned, network),
                None => found.push(no_network(entry, text)),
            }
        }
    }
    list
}

/// A line that keeps out somebody else than was meant is worse than none: the exchange does not start with it.
fn no_network(entry: &Entry, text: &str) -> Diagnostic {
    let message = format!("{}: '{text}' is no network", entry.key.value);
    let help = "write an address or a network, as in 192.0.2.1, 192.0.2.0/24 or 192.0.2.0/255.255.255.0";
    Diagnostic::error("bad-network", message).at(entry.value.span).help(help)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, ConfigurationReport, Folders};

    fn load(pjsip: &str, acl: &str) -> (Option<Configuration>, ConfigurationReport) {
        let pjsip = format!("[udp]\ntype=transport\nbind=0.0.0.0\n{pjsip}");
        let files = MemoryFiles::from([
            ("/pbx/etc/pjsip.conf", pjsip.as_str()),
            ("/pbx/etc/acl.conf", acl),
            ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ]);
        Configuration::load_from(&Folders::below(Path::new("/pbx")), &files)
    }

    /// Whether the endpoint `a` with these lines may call from there.
    fn permits(lines: &str, acl: &str, address: &str) -> bool {
        let (configuration, report) = load(&format!("[a]\ntype=endpoint\nidentify_by=ip\n{lines}\n"), acl);
        let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
        let lists = configuration.sip.endpoints["a"].access.lists(&configuration.sip.access_lists);
        lists.iter().all(|list| list.permits(address.parse().unwrap()))
    }

    #[test]
    fn lines_are_read_in_order_and_the_last_that_fits_decides() {
        let office = "deny=0.0.0.0/0.0.0.0\npermit=192.0.2.0/255.255.255.0";
        assert!(permits(office, "", "192.0.2.7") && !permits(office, "", "198.51.100.7"));
        let turned = "permit=192.0.2.0/24\ndeny=0.0.0.0/0";
        assert!(!permits(turned, "", "192.0.2.7"));
        assert!(permits("deny=192.0.2.0/24,!192.0.2.7", "", "192.0.2.7"));
        assert!(!permits("permit=!192.0.2.7", "", "192.0.2.7"));
        assert!(permits("", "", "198.51.100.7"));
    }

    #[test]
    fn named_lists_must_all_be_passed() {
        let acl = "[office]\ndeny=0.0.0.0/0\npermit=192.0.2.0/24\n[no-guests]\ndeny=192.0.2.128/25\n";
        assert!(permits("acl=office", acl, "192.0.2.7") && !permits("acl=office", acl, "198.51.100.7"));
        assert!(permits("acl=office,no-guests", acl, "192.0.2.7"));
        assert!(!permits("acl=office,no-guests", acl, "192.0.2.200"));
        assert!(!permits("acl=office\ndeny=192.0.2.7", acl, "192.0.2.7"), "its own lines are a list, too");
    }

    #[test]
    fn a_list_that_is_not_there_lets_nobody_in_and_is_told() {
        assert!(!permits("acl=ofice", "[office]\npermit=0.0.0.0/0\n", "192.0.2.7"));
        let (_, report) = load("[a]\ntype=endpoint\nacl=ofice\n", "[office]\npermit=0.0.0.0/0\n");
        let text = report.render(false);
        assert!(text.contains("there is no list 'ofice' in acl.conf") && text.contains("`office`"), "{text}");
    }

    #[test]
    fn what_is_no_network_stops_a_start() {
        for (pjsip, acl) in
            [("[a]\ntype=endpoint\ndeny=0.0.0.0/33\n", ""), ("", "[office]\npermit=my-office\n")]
        {
            let (configuration, report) = load(pjsip, acl);
            assert!(configuration.is_none(), "{}", report.render(false));
            assert!(report.diagnostics.iter().any(|finding| finding.code == "bad-network"));
        }
    }

    #[test]
    fn sections_of_type_acl_hold_for_everybody_and_contacts_are_apart() {
        let (configuration, report) =
            load("[all]\ntype=acl\ndeny=203.0.113.0/24\ncontact_deny=10.0.0.0/8\n", "");
        let sip = configuration.unwrap_or_else(|| panic!("{}", report.render(false))).sip;
        let list =
            |access: &[Access]| access.iter().flat_map(|a| a.lists(&sip.access_lists)).collect::<Vec<_>>();
        let (source, contact) = (list(&sip.access), list(&sip.contact_access));
        assert!(!source[0].permits([203, 0, 113, 9].into()) && source[0].permits([10, 1, 1, 1].into()));
        assert!(!contact[0].permits([10, 1, 1, 1].into()) && contact[0].permits([203, 0, 113, 9].into()));
        assert_eq!(source[0].name, "all/acl");
    }
}
