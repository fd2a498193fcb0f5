use std::path::Path;
use std::time::Duration;

use asterisk_conf::MemoryFiles;

use super::*;
use crate::configuration::{Configuration, ConfigurationReport, Folders};
use crate::directory::EndpointTable;

const FOLDER: &str = "/pbx/etc";

/// Keys and authorities that are in the folder: `key.pem`, `ca.pem`.
fn load(stir_shaken: &str, endpoint: &str) -> (Option<Configuration>, ConfigurationReport) {
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap();
    let mut files = MemoryFiles::new();
    let pjsip = format!("[udp]\ntype=transport\nbind=0.0.0.0\n[trunk]\ntype=endpoint\n{endpoint}\n");
    for (name, text) in [
        ("pjsip.conf", pjsip.as_str()),
        ("extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ("acl.conf", "[certificates]\ndeny=0.0.0.0/0\npermit=192.0.2.0/24\n"),
        ("stir_shaken.conf", stir_shaken),
        ("key.pem", &key.serialize_pem()),
        ("ca.pem", &authority.pem()),
        ("cas/one.pem", &authority.pem()),
        ("cas/3a4f21ed.0", "a link that is passed over where the file itself is there"),
    ] {
        files.insert(Path::new(FOLDER).join(name), text);
    }
    Configuration::load_from(&Folders::below(Path::new("/pbx")), &files)
}

fn loaded(stir_shaken: &str) -> Configuration {
    let (configuration, report) = load(stir_shaken, "");
    assert!(report.is_clean() || configuration.is_some(), "{}", report.render(false));
    configuration.unwrap_or_else(|| panic!("{}", report.render(false)))
}

fn told(stir_shaken: &str, endpoint: &str) -> String {
    load(stir_shaken, endpoint).1.render(false)
}

const BOTH: &str = "[attestation]\nprivate_key_file=key.pem\npublic_cert_url=https://h/ours.pem\nattest_level=B\n\
    [verification]\nca_file=ca.pem\nfailure_action=reject_request\nmax_iat_age=30\n";

#[test]
fn a_profile_says_what_is_other_than_everywhere() {
    let text = BOTH.to_owned()
        + "[carrier]\ntype=profile\nendpoint_behavior=on\nmax_iat_age=60\nattest_level=C\ncurl_timeout=5\n\
           max_cache_entry_age=300\nmax_cache_size=7\nuse_rfc9410_responses=yes\nignore_sip_date_header=yes\n\
           relax_x5u_port_scheme_restrictions=yes\nrelax_x5u_path_restrictions=yes\ncert_cache_dir=kept\n";
    let stir = loaded(&text).sip.stir_shaken;
    let profile = &stir.profiles["carrier"];
    let verification = profile.verification.as_ref().unwrap();
    assert_eq!(verification.failure_action, FailureAction::RejectRequest);
    assert_eq!(
        (verification.policy.max_iat_age, verification.policy.max_date_age),
        (Duration::from_secs(60), None)
    );
    assert!(verification.policy.any_port && verification.policy.any_path && verification.rfc9410);
    assert_eq!(
        (verification.patience, verification.keep),
        (Duration::from_secs(5), Duration::from_secs(300))
    );
    assert_eq!((verification.cache_size, verification.cache.as_path()), (7, Path::new("/pbx/etc/kept")));
    assert_eq!(verification.trust.counts(), [1, 0, 0]);
    let attestation = profile.attestation.as_ref().unwrap();
    assert_eq!(attestation.attest_level, Some(stir_shaken::Attestation::Gateway));
    assert!(attestation.key.is_some());
}

#[test]
fn defaults_are_those_of_asterisk() {
    let text = "[verification]\nca_path=cas\n[carrier]\ntype=profile\nendpoint_behavior=verify\n";
    let stir = loaded(text).sip.stir_shaken;
    let verification = stir.profiles["carrier"].verification.clone().unwrap();
    let seconds = Duration::from_secs;
    assert_eq!(verification.policy, stir_shaken::Policy::default());
    assert_eq!(
        (verification.patience, verification.keep, verification.cache_size),
        (seconds(2), seconds(60), 1_000)
    );
    assert_eq!(verification.cache, Path::new("/pbx/lib/keys/stir_shaken/cache"));
    assert_eq!((verification.failure_action, verification.rfc9410), (FailureAction::Continue, false));
    assert_eq!(verification.trust.counts(), [1, 0, 0], "the folder's file, and not its link");
    let permits =
        |address: &str| verification.access.iter().all(|list| list.permits(address.parse().unwrap()));
    assert!(!permits("127.0.0.1") && !permits("10.0.0.1") && permits("93.184.216.34"));
    assert!(stir.profiles["carrier"].attestation.is_none());
}

#[test]
fn behavior_and_switches_say_what_is_done() {
    let with = |behavior: &str, more: &str| {
        let text = format!("{BOTH}{more}[carrier]\ntype=profile\n{behavior}\n");
        let (configuration, report) = load(&text, "stir_shaken_profile=carrier");
        let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
        let endpoint = EndpointTable::of(&configuration).get("trunk").cloned().unwrap();
        (endpoint.vouches_for_callers, endpoint.verifies_callers)
    };
    assert_eq!(with("", ""), (false, false));
    assert_eq!(with("endpoint_behavior=off", ""), (false, false));
    assert_eq!(with("endpoint_behavior=attest", ""), (true, false));
    assert_eq!(with("endpoint_behavior=verify", ""), (false, true));
    assert_eq!(with("endpoint_behavior=on", ""), (true, true));
    assert_eq!(with("endpoint_behavior=on", "global_disable=yes\n"), (true, false));
}

#[test]
fn without_the_sections_nothing_is_done() {
    let stir = loaded("[carrier]\ntype=profile\nendpoint_behavior=on\n").sip.stir_shaken;
    let profile = &stir.profiles["carrier"];
    assert!(profile.attestation.is_none() && profile.verification.is_none());
    let stir = loaded("[attestation]\nglobal_disable=yes\n[carrier]\ntype=profile\nendpoint_behavior=on\n");
    assert!(stir.sip.stir_shaken.profiles["carrier"].attestation.is_none());
}

#[test]
fn numbers_are_found_in_their_one_form() {
    let text = BOTH.to_owned() + "[+1 202-555-0143]\ntype=tn\nattest_level=A\n[alice]\ntype=tn\n";
    let (configuration, report) = load(&text, "");
    let stir = configuration.unwrap().sip.stir_shaken;
    let number = TelephoneNumber::canonical("12025550143").unwrap();
    let own = stir.numbers[&number].or(stir.attestation.as_ref().unwrap());
    assert_eq!(own.attest_level, Some(stir_shaken::Attestation::Full));
    assert_eq!(own.public_cert_url.as_deref(), Some("https://h/ours.pem"));
    assert!(own.key.is_some());
    assert!(report.render(false).contains("[alice] is no telephone number"), "{}", report.render(false));
}

#[test]
fn lists_say_where_certificates_may_come_from() {
    let with = |lines: &str| {
        let text =
            format!("[verification]\nca_file=ca.pem\n{lines}\n[c]\ntype=profile\nendpoint_behavior=verify\n");
        let verification = loaded(&text).sip.stir_shaken.profiles["c"].verification.clone().unwrap();
        move |address: &str| verification.access.iter().all(|list| list.permits(address.parse().unwrap()))
    };
    let near = with("x5u_deny=0.0.0.0/0\nx5u_permit=127.0.0.0/8");
    assert!(near("127.0.0.1") && !near("93.184.216.34"));
    let named = with("x5u_acl=certificates");
    assert!(named("192.0.2.1") && !named("127.0.0.1"));
    let lost = with("x5u_acl=certificate");
    assert!(!lost("192.0.2.1") && !lost("93.184.216.34"));
    let said = told("[verification]\nca_file=ca.pem\nx5u_acl=certificate\n", "");
    assert!(said.contains("no list 'certificate'") && said.contains("`certificates`"), "{said}");
}

#[test]
fn files_that_cannot_be_used_stop_a_start() {
    for (text, words) in [
        ("[attestation]\nprivate_key_file=lost.pem\n", "lost.pem"),
        ("[attestation]\nprivate_key_file=ca.pem\n", "holds no private key"),
        (
            "[verification]\nca_file=key.pem\n[c]\ntype=profile\nendpoint_behavior=verify\n",
            "holds no certificate",
        ),
        (
            "[verification]\nca_file=ca.pem\ncrl_file=ca.pem\n[c]\ntype=profile\nendpoint_behavior=verify\n",
            "crl_file",
        ),
    ] {
        let (configuration, report) = load(text, "");
        let said = report.render(false);
        assert!(configuration.is_none() && said.contains(words), "{said}");
    }
}

#[test]
fn what_is_not_meant_is_told() {
    for (text, endpoint, words) in [
        ("[attestation]\npublic_cert_url=ftp://h/\n", "", "no address of http or https"),
        ("[attestation]\nattest_level=D\n", "", "known are A, B, C"),
        ("[attestation]\nsend_mky=yes\n", "", "DTLS"),
        ("[attestation]\nattest_levl=A\n", "", "`attest_level`"),
        ("[verification]\nfailure_action=reject\n", "", "reject_request"),
        ("[general]\ntype=general\n", "", "before Asterisk 18.22"),
        ("[carrier]\n", "", "has no type"),
        ("[carrier]\ntype=profle\n", "", "`profile`"),
        ("[verification]\n[c]\ntype=profile\nendpoint_behavior=verify\n", "", "no authority is believed"),
        ("[carrier]\ntype=profile\n", "stir_shaken_profile=carier", "`carrier`"),
        ("", "stir_shaken=yes", "stir_shaken_profile=NAME"),
    ] {
        let said = told(text, endpoint);
        assert!(said.contains(words), "{text}{endpoint}: {said}");
    }
    assert_eq!(load("", "stir_shaken=no").1.warnings(), load("", "").1.warnings());
}

#[test]
fn a_profile_that_is_not_there_verifies_nobody_and_lets_nobody_in() {
    let configuration = load("", "stir_shaken_profile=lost").0.unwrap();
    let endpoint = EndpointTable::of(&configuration).get("trunk").cloned().unwrap();
    assert_eq!((endpoint.vouches_for_callers, endpoint.verifies_callers), (false, true));
}
