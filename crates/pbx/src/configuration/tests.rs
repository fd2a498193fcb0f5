use std::path::Path;

use asterisk_conf::MemoryFiles;

use super::*;

mod dialects;

/// A folder as an integrator keeps it: templates, additions, includes, both kinds of comments.
const PJSIP: &str = r#"
; the transports
[transport-udp]
type = transport
protocol = udp
bind = 0.0.0.0:5060

[transport-tcp](transport-udp)
protocol = tcp

;-- what all phones
   have in common --;
[phone](!)
type = endpoint
context = internal
disallow = all
allow = ulaw,alaw
direct_media = no
rtp_symmetric = yes
; what a phone says itself takes the place of this
auth = nobody
aors = nobody

[password](!)
type = auth
auth_type = userpass

[line](!)
type = aor
max_contacts = 1
remove_existing = yes

#include "pjsip.d/*.conf"
"#;

const ALICE: &str = r#"
[alice](phone)
auth = alice
aors = alice
callerid = "Alice Liddell" <6001>
set_var = DEPARTMENT=sales

[alice](password)
username = alice
password = d41d8cd98f00b204

[alice](line)
"#;

const BOB: &str = r#"
[bob](phone)
auth = bob
aors = bob
callerid = Bob <6002>

[bob](password)
password => 9800998ecf8427e1

[bob](line)
max_contacts = 3

[alice](+)
language = fr
"#;

const EXTENSIONS: &str = r#"
[general]
autofallthrough = yes

[globals]
OPERATOR = PJSIP/alice

[internal]
include => phones
exten => 100,1,NoOp(${CALLERID(num)} calls ${EXTEN:1})
 same => n,Dial(${OPERATOR},20)
 same => n,GotoIf($["${DIALSTATUS}" = "BUSY"]?busy)
 same => n,Hangup()
 same => n(busy),Busy(5)

[phones]
exten => 6001,1,Dial(PJSIP/alice,30,tT)
exten => _600[2-9],1,Dial(PJSIP/bob&PJSIP/alice,30)
"#;

fn folder(files: &[(&str, &str)]) -> (Option<Configuration>, ConfigurationReport) {
    let files: Vec<(String, &str)> =
        files.iter().map(|(name, text)| (format!("/pbx/etc/{name}"), *text)).collect();
    let mut memory = MemoryFiles::new();
    for (path, text) in files {
        memory.insert(path, text);
    }
    Configuration::load_from(&Folders::below(Path::new("/pbx")), &memory)
}

/// What is said of a `pjsip.conf` beside a dialplan that fits it, as `code: message` lines.
fn said_of(pjsip: &str) -> Vec<String> {
    said(&[("pjsip.conf", pjsip), ("extensions.conf", "[default]\nexten => 1,1,Answer()\n")])
}

fn said(files: &[(&str, &str)]) -> Vec<String> {
    let (_, report) = folder(files);
    report.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect()
}

#[test]
fn an_integrators_folder_loads_without_a_word() {
    let (configuration, report) = folder(&[
        ("pjsip.conf", PJSIP),
        ("pjsip.d/alice.conf", ALICE),
        ("pjsip.d/bob.conf", BOB),
        ("extensions.conf", EXTENSIONS),
        ("rtp.conf", "[general]\nrtpstart=20000\nrtpend=20100\n"),
        ("asterisk.conf", "[options]\nsystemname = east\n"),
    ]);
    assert!(report.is_clean(), "{}", report.render(false));
    let configuration = configuration.unwrap();
    assert_eq!(configuration.options.system_name, "east");
    assert_eq!(configuration.rtp.ports, 20_000..=20_100);
    let alice = &configuration.sip.endpoints["alice"];
    assert_eq!(alice.codecs, ["ulaw", "alaw"]);
    assert_eq!((alice.language.as_str(), alice.context.as_str()), ("fr", "internal"));
    let identity = alice.caller_id.clone().unwrap();
    assert_eq!((identity.name.as_str(), identity.number.as_str()), ("Alice Liddell", "6001"));
    assert_eq!(alice.set_var, [("DEPARTMENT".to_owned(), "sales".to_owned())]);
    assert_eq!(configuration.sip.auths["bob"].username, "bob");
    assert_eq!(configuration.sip.aors["bob"].max_contacts, 3);
    let bob = &configuration.sip.endpoints["bob"];
    assert_eq!(
        (bob.auth.as_slice(), bob.aors.as_slice()),
        (["bob".to_owned()].as_slice(), ["bob".to_owned()].as_slice())
    );
    assert_eq!(configuration.sip.transports[1].protocol, sip_ua::transport::Protocol::Tcp);
}

#[test]
fn a_typing_error_is_shown_in_its_line_with_what_would_be_right() {
    let (configuration, report) = folder(&[
        (
            "pjsip.conf",
            "[alice]\ntype=endpoint\nauth=alice\nalow=ulaw\n[t]\ntype=transport\nbind=0.0.0.0\n\
             [alice]\ntype=auth\npassword=d41d8cd98f00b204\n",
        ),
        ("extensions.conf", "[default]\nexten => 1,1,Dial(PJSIP/alise,20)\n"),
    ]);
    assert!(configuration.is_some(), "Asterisk would start with it");
    let text = report.render(false);
    assert!(text.contains("/pbx/etc/pjsip.conf:4:1"), "{text}");
    assert!(text.contains("alow=ulaw") && text.contains("did you mean `allow`"), "{text}");
    assert!(text.contains("extensions.conf:2:25") && text.contains("alice"), "{text}");
    assert!(text.trim_end().ends_with("0 errors, 2 warnings in 2 files"), "{text}");
}

#[test]
fn codecs_follow_allow_and_disallow_line_by_line() {
    let codecs = |lines: &str| {
        let pjsip = format!("[a]\ntype=endpoint\n{lines}\n");
        let (configuration, _) = folder(&[("pjsip.conf", &pjsip), ("extensions.conf", "[default]\n")]);
        configuration.unwrap().sip.endpoints["a"].codecs.join(",")
    };
    assert_eq!(codecs("disallow=all\nallow=alaw,ulaw"), "alaw,ulaw");
    assert_eq!(codecs("disallow=all\nallow=alaw\nallow=ulaw"), "alaw,ulaw");
    assert_eq!(codecs("allow=!all,ulaw"), "ulaw");
    assert_eq!(codecs("allow=g722,ulaw:20"), "g722,ulaw");
    assert_eq!(codecs("disallow=ulaw"), "alaw");
    assert_eq!(codecs(""), "ulaw,alaw");
    assert!(codecs("allow=all").starts_with("ulaw,alaw,gsm"));
}

#[test]
fn names_that_name_nothing_are_found() {
    let found = said_of(
        "[a]\ntype=endpoint\nauth=b\naors=a1\ntransport=u\n[a2]\ntype=aor\nmax_contacts=1\n[t]\ntype=transport\nbind=::\n",
    );
    assert!(
        found.contains(&"unknown-name: endpoint [a]: there is no type=auth section 'b'".to_owned()),
        "{found:?}"
    );
    assert!(found.iter().any(|line| line.contains("there is no type=aor section 'a1'")));
    assert!(found.iter().any(|line| line.contains("there is no transport 'u'")));
    assert!(found.iter().any(|line| line.starts_with("unused-aor")));
}

#[test]
fn what_cannot_be_meant_stops_a_start() {
    for (pjsip, code) in [
        ("[t]\ntype=transport\nbind=everywhere\n", "bad-bind"),
        ("[t]\ntype=transport\n", "bad-bind"),
        ("[a]\ntype=endpont\n", "unknown-type"),
        ("[a]\ncontext=default\n", "no-type"),
        ("[t]\ntype=transport\nbind=::\n[u]\ntype=transport\nbind=::\n", "same-bind"),
    ] {
        let (configuration, report) = folder(&[("pjsip.conf", pjsip), ("extensions.conf", "[default]\n")]);
        assert!(configuration.is_none(), "{pjsip}");
        assert!(
            report.diagnostics.iter().any(|d| d.is_error() && d.code == code),
            "{}",
            report.render(false)
        );
    }
    assert!(folder(&[]).0.is_none(), "an empty folder is no configuration");
}

#[test]
fn weak_passwords_and_unreachable_phones_are_said() {
    let found = said_of(
        "[a]\ntype=endpoint\nauth=a\naors=a\n[a]\ntype=auth\nusername=alice\npassword=alice\n[a]\ntype=aor\n[t]\ntype=transport\nbind=::\n",
    );
    assert!(
        found.contains(&"weak-password: auth [a]: the password is the user name".to_owned()),
        "{found:?}"
    );
    assert!(found.iter().any(|line| line.starts_with("unreachable-aor")));
}

#[test]
fn passwords_that_a_provider_gave_are_not_judged() {
    let trunk = |auth: &str| {
        format!(
            "[p]\ntype=endpoint\nidentify_by=ip\noutbound_auth=a\n{auth}[a]\ntype=auth\nusername=1\npassword=0000\n\
             [b]\ntype=auth\nusername=2\npassword=provider-gave-it\n\
             [c]\ntype=auth\nusername=3\npassword=provider-gave-it\n\
             [r]\ntype=registration\nserver_uri=sip:a.example\nclient_uri=sip:2@a.example\noutbound_auth=b,c\n"
        )
    };
    let judged = |sections: &str| {
        let found = said_of(sections);
        found.into_iter().filter(|line| line.contains("-password: auth")).collect::<Vec<_>>()
    };
    assert_eq!(judged(&trunk("")), Vec::<String>::new());
    assert_eq!(judged(&trunk("auth=a\n")).len(), 1, "who calls here is let in by it, too");
}

#[test]
fn many_accounts_with_one_weak_password_are_one_finding() {
    let account = |n: usize| format!("[u{n}]\ntype=auth\nusername=u{n}\npassword=secret\n");
    let few = said_of(&(0..3).map(account).collect::<String>());
    assert_eq!(few.iter().filter(|line| line.starts_with("weak-password")).count(), 3);
    let many = said_of(&(0..50).map(account).collect::<String>());
    assert_eq!(many, ["weak-password: auth [u0] and 49 others: the password is short enough to be guessed"]);
}

#[test]
fn unknown_applications_and_functions_are_told_from_missing_ones() {
    let dialplan = "[default]\nexten => 1,1,Answre()\n same => n,Queue(sales)\n same => n,NoOp(${LENN(x)}${FAXOPT(y)})\n same => n,Goto(9)\n";
    let found = said(&[("extensions.conf", dialplan), ("pjsip.conf", "")]);
    for part in [
        "there is no application Answre",
        "the application Queue is not here yet",
        "there is no function LENN",
        "the function FAXOPT is not here yet",
    ] {
        assert!(found.iter().any(|line| line.contains(part)), "{part}: {found:?}");
    }
}

#[test]
fn a_destination_that_is_known_only_later_is_left_alone() {
    let dialplan = "[default]\nexten => _X.,1,Dial(PJSIP/${EXTEN}&${OTHER}&PJSIP/${EXTEN}@gw&PJSIP/9@gx)\n";
    let pjsip = "[gw]\ntype=endpoint\nidentify_by=ip\n[t]\ntype=transport\nbind=::\n";
    let found = said(&[("extensions.conf", dialplan), ("pjsip.conf", pjsip)]);
    assert_eq!(found, ["unknown-endpoint: there is no endpoint 'gx'"]);
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_loader(pjsip in "(\\[[a-z]{1,3}\\](\\((!|\\+|[a-z])\\))?|[a-z_]{1,9}=.{0,9}|type=(endpoint|aor|auth|transport|identify|global)|\n){0,40}") {
        let _ = folder(&[("pjsip.conf", &pjsip), ("extensions.conf", &pjsip)]);
    }
}

#[test]
fn keys_of_global_that_are_not_needed_or_wait_are_told_as_such() {
    let text = "[global]\ntype=global\ncontact_expiration_check_interval=5\n\
                send_contact_status_on_update_registration=yes\n[a]\ntype=endpoint\nallow=ulaw\n";
    let files =
        MemoryFiles::from([("/pbx/etc/pjsip.conf", text), ("/pbx/etc/extensions.conf", "[default]\n")]);
    let (_, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    let shown = report.render(false);
    assert!(!shown.contains("contact_expiration_check_interval"), "{shown}");
    assert!(
        shown.contains("send_contact_status_on_update_registration has no effect yet: managers"),
        "{shown}"
    );
}

/// The codes of what is said of these lines of `pjsip.conf`, beside a transport.
fn codes_of(lines: &str) -> Vec<&'static str> {
    let pjsip = format!("[udp]\ntype=transport\nbind=0.0.0.0\n{lines}\n");
    let (_, report) =
        folder(&[("pjsip.conf", &pjsip), ("extensions.conf", "[default]\nexten => 1,1,Answer()\n")]);
    report.diagnostics.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_transport_of_another_protocol_than_was_meant_is_not_opened() {
    let (configuration, report) =
        folder(&[("pjsip.conf", "[t]\ntype=transport\nprotocol=tlss\nbind=0.0.0.0\n")]);
    assert!(configuration.is_none());
    assert!(report.render(false).contains("did you mean `tls`"), "{}", report.render(false));
    let (configuration, report) =
        folder(&[("pjsip.conf", "[t]\ntype=transport\nprotocol=flow\nbind=0.0.0.0\n")]);
    assert!(configuration.unwrap().sip.transports.is_empty());
    assert!(report.render(false).contains("protocol=flow has no effect yet"), "{}", report.render(false));
}

#[test]
fn values_that_cannot_be_meant_are_told() {
    let md5 = "[a]\ntype=auth\nauth_type=md5\n";
    assert_eq!(codes_of(&format!("{md5}md5_cred=zz")), ["bad-value", "weak-password"]);
    assert_eq!(codes_of(md5), ["weak-password"]);
    assert!(codes_of(&format!("{md5}md5_cred=0123456789abcdef0123456789ABCDEF")).is_empty());
    let aor = "[a]\ntype=endpoint\nidentify_by=ip\naors=a\n[a]\ntype=aor\nmax_contacts=1\n";
    assert_eq!(codes_of(&format!("{aor}minimum_expiration=100\nmaximum_expiration=50")), ["bad-value"]);
    assert_eq!(
        codes_of(&format!("{aor}contact=192.0.2.1,sip:a@192.0.2.2\ncontact=sip:a@b:99999")),
        ["bad-uri"; 2]
    );
    assert_eq!(codes_of("[global]\ntype=global\nmax_forwards=0"), ["bad-value"]);
    let twice = |kind: &str| codes_of(&format!("[a]\ntype={kind}\n[b]\ntype={kind}"));
    assert_eq!((twice("global"), twice("system")), (vec!["defined-twice"], vec!["defined-twice"]));
    assert_eq!(codes_of("[system]\ntype=system\ntaskpool_max_size=many"), ["bad-value"]);
    let endpoint = "[a]\ntype=endpoint\nallow=ulaw\nidentify_by=ip\n";
    assert_eq!(codes_of(&format!("{endpoint}message_context=nowhere")), ["unknown-context"]);
    assert_eq!(codes_of(&format!("{endpoint}tone_zone=zz\nmoh_suggest=nothing")), ["unknown-name"; 2]);
    assert!(codes_of(&format!("{endpoint}tone_zone=fr\nmoh_suggest=default")).is_empty());
    assert_eq!(codes_of(&format!("{endpoint}callerid=\"A;B\" <1>")), ["bad-value"]);
    assert!(codes_of(&format!("{endpoint}callerid=\"A\\;B \\\"C\\\"\" <1>")).is_empty());
    assert_eq!(codes_of(&format!("{endpoint}dtls_setup=perhaps\nrtp_engine=steam")), ["bad-value"; 2]);
}

#[test]
fn files_that_nobody_reads_yet_are_named() {
    let (_, report) = folder(&[
        ("pjsip.conf", "[udp]\ntype=transport\nbind=0.0.0.0\n"),
        ("extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ("udptl.conf", "[general]\n"),
        ("extensions.lua", "extensions = {}\n"),
        ("modules.conf", "[modules]\n"),
    ]);
    let text = report.render(false);
    assert!(text.contains("not read yet, and so without an effect: extensions.lua, udptl.conf"), "{text}");
}

#[test]
fn yes_and_no_have_all_their_spellings_where_other_words_are_allowed_too() {
    for value in ["1", "On", "true", "y", "t", "0", "OFF", "false", "n", "f"] {
        let said = codes_of(&format!(
            "[a]\ntype=endpoint\nallow=ulaw\nidentify_by=ip\n100rel={value}\ntimers={value}\nallow_overlap={value}"
        ));
        assert!(said.is_empty(), "{value}: {said:?}");
    }
}

#[test]
fn what_nobody_knows_in_asterisk_conf_is_told() {
    let (_, report) = folder(&[
        ("pjsip.conf", "[udp]\ntype=transport\nbind=0.0.0.0\n"),
        ("extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
        ("asterisk.conf", "[options]\nmaxcals=5\nrunuser=asterisk\n[option]\nverbose=3\n[files]\nastctl=x\n"),
    ]);
    let codes: Vec<_> = report.diagnostics.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["unknown-key", "unknown-section"], "{}", report.render(false));
    assert!(report.render(false).contains("did you mean `maxcalls`"));
}
