//! Users of several domains: endpoints and addresses of record that are named `user@domain`, and domains that stand for
//! others (`type=domain_alias`).

use sip_parser::Uri;

use crate::configuration::SipConfiguration;

/// The names under which the user of a URI may be kept, the one that counts first: with its domain, with the domain that
/// this one stands for, and alone. Alone only where `disable_multi_domain=yes`.
pub(crate) fn names_of(sip: &SipConfiguration, uri: &Uri<'_>) -> Vec<String> {
    let Some(user) = uri.user_unescaped() else { return Vec::new() };
    let user = match sip.global.ignore_uri_user_options {
        true => user.split(';').next().unwrap_or_default().into(),
        false => user,
    };
    let mut names = Vec::with_capacity(3);
    if !sip.global.disable_multi_domain {
        let mut name = at_domain(&user, "");
        uri.host().push_to(&mut name);
        let domain = &mut name[user.len() + 1..];
        domain.make_ascii_lowercase();
        let meant = sip.domain_aliases.get(domain).map(|meant| at_domain(&user, meant));
        names.push(name);
        names.extend(meant);
    }
    names.push(user.into_owned());
    names
}

/// `user@domain`. Every request asks for such a name, mostly in vain.
fn at_domain(user: &str, domain: &str) -> String {
    /// Room for most domains.
    const DOMAIN: usize = 32;
    let mut name = String::with_capacity(user.len() + 1 + DOMAIN);
    name.extend([user, "@", domain]);
    name
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, Folders};

    fn names(global: &str, uri: &str) -> Vec<String> {
        let pjsip = format!(
            "[global]\ntype=global\n{global}\n[Old.example]\ntype=domain_alias\ndomain=New.example\n\
             [lost.example]\ntype=domain_alias\n[u]\ntype=transport\nbind=0.0.0.0\n"
        );
        let mut files = MemoryFiles::new();
        files.insert("/pbx/etc/pjsip.conf", pjsip.as_str());
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let said = report.render(false);
        assert!(said.contains("domain_alias [lost.example] names no domain"), "{said}");
        assert!(!said.contains("no effect yet"), "{said}");
        let sip = configuration.unwrap_or_else(|| panic!("{said}")).sip;
        names_of(&sip, &Uri::parse(uri).unwrap())
    }

    #[test]
    fn a_user_is_known_with_and_without_its_domain() {
        assert_eq!(names("", "sip:a%20b@OLD.example:5070"), ["a b@old.example", "a b@new.example", "a b"]);
        assert_eq!(names("", "sip:a@other.example"), ["a@other.example", "a"]);
        assert_eq!(names("disable_multi_domain=yes", "sip:a@old.example"), ["a"]);
        assert!(names("", "sip:old.example").is_empty());
    }

    #[test]
    fn options_of_a_user_are_part_of_its_name_unless_they_are_ignored() {
        assert_eq!(names("", "sip:a;x=y@other.example")[1], "a;x=y");
        assert_eq!(names("ignore_uri_user_options=yes", "sip:a;x=y@other.example"), ["a@other.example", "a"]);
    }
}
