//! One small office in each dialect, and what is said of each.

use std::collections::BTreeSet;

use super::*;

mod sip_conf;
mod wizard;

/// Fails at the first line in which two models differ.
fn same_model(ours: &SipConfiguration, theirs: &SipConfiguration) {
    let (ours, theirs) = (model(ours), model(theirs));
    let at = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    let around = |lines: &[String]| {
        lines
            .get(at.saturating_sub(12)..)
            .unwrap_or_default()
            .iter()
            .take(16)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(ours == theirs, "here:\n{}\nthere:\n{}", around(&ours), around(&theirs));
}

/// What tells one model from another: everything but the places, and how it was written.
fn model(sip: &SipConfiguration) -> Vec<String> {
    let secrets: Vec<_> = sip.auths.values().map(|a| (&a.password, &a.md5_cred, a.auth_type)).collect();
    let text = format!("{sip:#?}\n{secrets:#?}");
    let mut in_place = false;
    let kept = text.lines().filter(|line| {
        // A place or words, from there to the end of that block.
        let opens = line.ends_with("Span {") || line.ends_with(" written: {");
        let is_place = in_place || opens;
        in_place = is_place && !line.trim_start().starts_with('}');
        !is_place
    });
    kept.map(str::to_owned).collect()
}

/// What is said, without the places and words.
fn codes(report: &ConfigurationReport) -> BTreeSet<&'static str> {
    report.diagnostics.iter().map(|finding| finding.code).collect()
}

#[test]
fn slips_in_pjsip_conf_are_understood_and_told() {
    let pjsip = "[udp]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\naor=a\nauths=a\ndtmfmode=info\n\
                 [a]\ntype=auth\nuser=a\nsecret=5f4dcc3b5aa765d6\n[a]\ntype=aor\nmaxcontacts=1\n";
    let files = [("pjsip.conf", pjsip), ("extensions.conf", "[default]\nexten => 1,1,Answer()\n")];
    let said = said(&files);
    let slip = |written: &str, right: &str| format!("misspelt-key: '{written}' is read as '{right}'");
    let slips = [
        ("aor", "aors"),
        ("auths", "auth"),
        ("dtmfmode", "dtmf_mode"),
        ("user", "username"),
        ("secret", "password"),
        ("maxcontacts", "max_contacts"),
    ];
    assert_eq!(said, slips.map(|(written, right)| slip(written, right)));
    let sip = folder(&files).0.unwrap().sip;
    assert_eq!(sip.endpoints["a"].aors, ["a"]);
    assert_eq!(sip.auths["a"].password, "5f4dcc3b5aa765d6");
    assert_eq!(sip.aors["a"].max_contacts, 1);
}

#[test]
fn a_name_of_two_files_means_what_pjsip_conf_says() {
    let pjsip = "[udp]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\nauth=a\ncontext=one\n\
                 [a]\ntype=auth\npassword=5f4dcc3b5aa765d6\n";
    let wizard = "[a]\ntype=wizard\naccepts_registrations=yes\nendpoint/context=two\n";
    let extensions = "[one]\nexten => 1,1,Answer()\n[two]\nexten => 1,1,Answer()\n";
    let files = [("pjsip.conf", pjsip), ("pjsip_wizard.conf", wizard), ("extensions.conf", extensions)];
    assert_eq!(said(&files), ["defined-twice: [a] is defined in another file, and that one counts"]);
    let sip = folder(&files).0.unwrap().sip;
    assert_eq!(sip.endpoints["a"].context, "one");
    assert!(sip.aors.is_empty());
}

#[test]
fn a_wizard_in_the_wrong_file_is_told() {
    let found = said_of("[a]\ntype=wizard\n");
    assert_eq!(found, ["unknown-type: type=wizard belongs into pjsip_wizard.conf; section [a] is left out"]);
}
