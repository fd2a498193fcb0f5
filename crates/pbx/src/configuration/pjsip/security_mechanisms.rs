//! `security_negotiation` and `security_mechanisms`: what is agreed on with a provider (RFC 3329).

use asterisk_conf::Diagnostic;
use sip_parser::typed::{SecurityClient, TypedHeader};

use crate::configuration::values::{Values, at};

/// Reads the mechanisms that are told, each as `sdes-srtp;mediasec`; none where nothing is agreed on.
pub(super) fn read(values: &mut Values<'_>) -> Vec<String> {
    let negotiates = values.choice("security_negotiation", &[("no", false), ("mediasec", true)], false);
    let mut mechanisms = values.list("security_mechanisms");
    mechanisms.retain(|mechanism| {
        let problem = SecurityClient::parse(mechanism).err();
        if let Some(problem) = &problem {
            let message = format!("'{mechanism}' is left out: {problem}");
            values.odd(
                "security_mechanisms",
                message,
                "write them as sdes-srtp\\;mediasec, with commas between",
            );
        }
        problem.is_none()
    });
    match (negotiates, mechanisms.is_empty()) {
        (true, true) => {
            let message = "mediasec agrees on nothing without security_mechanisms".to_owned();
            values.odd("security_negotiation", message, "add security_mechanisms=sdes-srtp\\;mediasec");
        }
        (false, false) => {
            let span = values.span("security_mechanisms");
            let finding = Diagnostic::note("no-effect", "security_mechanisms are not told to anybody");
            values.found.push(at(finding.help("add security_negotiation=mediasec"), span));
            mechanisms.clear();
        }
        _ => {}
    }
    for mechanism in &mechanisms {
        let tagged =
            SecurityClient::parse(mechanism).is_ok_and(|known| known.params.get("mediasec").is_some());
        if !tagged {
            let message =
                format!("'{mechanism}' is not for media; a semicolon without a backslash begins a comment");
            values.odd("security_mechanisms", message, &format!("write {mechanism}\\;mediasec"));
        }
    }
    mechanisms
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use crate::configuration::{Configuration, Folders};

    fn load(lines: &str) -> (Configuration, String) {
        let pjsip = format!(
            "[u]\ntype=transport\nbind=0.0.0.0\n[tel]\ntype=endpoint\nallow=ulaw\n{lines}\n\
             [tel]\ntype=registration\nserver_uri=sip:tel.example.com\nclient_uri=sip:+49@tel.example.com\n{lines}\n"
        );
        let mut files = MemoryFiles::new();
        files.insert("/srv/etc/pjsip.conf", pjsip);
        files.insert("/srv/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
        (configuration.expect("it would start"), report.render(false))
    }

    #[test]
    fn mechanisms_are_read_for_endpoints_and_registrations() {
        let (configuration, report) = load(
            "security_negotiation=mediasec\nsecurity_mechanisms=sdes-srtp\\;mediasec, dtls-srtp\\;mediasec",
        );
        let wanted = ["sdes-srtp;mediasec", "dtls-srtp;mediasec"];
        assert_eq!(configuration.sip.endpoints["tel"].security_mechanisms, wanted);
        assert_eq!(configuration.sip.registrations["tel"].security_mechanisms, wanted);
        assert!(!report.contains("security_"), "{report}");
    }

    #[test]
    fn what_cannot_be_meant_is_told_at_its_place() {
        let told = |lines: &str, place: &str, words: &str| {
            let (configuration, report) = load(lines);
            assert!(report.contains(words) && report.contains(&format!("pjsip.conf:{place}")), "{report}");
            configuration.sip.endpoints["tel"].security_mechanisms.clone()
        };
        assert!(told("security_negotiation=mediasec", "7:22", "without security_mechanisms").is_empty());
        assert!(told("security_negotiation=medisec", "7:22", "did you mean `mediasec`").is_empty());
        assert!(told("security_mechanisms=sdes-srtp\\;mediasec", "7:21", "not told to anybody").is_empty());
        let lines = "security_negotiation=mediasec\nsecurity_mechanisms=sdes-srtp;mediasec";
        assert_eq!(told(lines, "8:21", "begins a comment"), ["sdes-srtp"]);
        let lines = "security_negotiation=mediasec\nsecurity_mechanisms=a b\\;mediasec";
        assert!(told(lines, "8:21", "'a b;mediasec' is left out").is_empty());
    }
}
