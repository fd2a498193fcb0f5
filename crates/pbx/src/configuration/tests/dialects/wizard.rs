use super::*;

/// An office: two phones that register, a trunk that registers us, and a gateway at a fixed address.
const WIZARD: &str = r#"
[phone](!)
type = wizard
accepts_registrations = yes
accepts_auth = yes
has_hint = yes
hint_context = phones
hint_application = Dial(${HINT},20)
endpoint/context = phones
endpoint/disallow = all
endpoint/allow = ulaw,alaw
endpoint/direct_media = no
aor/max_contacts = 2
aor / remove_existing = yes

[alice](phone)
hint_exten = 6001
inbound_auth/ username = alice
inbound_auth/password = 5f4dcc3b5aa765d6
endpoint/callerid = "Alice" <6001>
endpoint/set_var = DEPARTMENT=sales
endpoint/set_var = FLOOR=2

[ Zoé ](phone)
hint_exten = 6002
inbound_auth/username = zoe
inbound_auth/password = 1d861bfa1b7d4cd8

[carrier]
type = wizard
transport = udp
sends_auth = yes
sends_registrations = yes
sends_line_with_registrations = yes
remote_hosts = 192.0.2.10:5070, 192.0.2.11
outbound_proxy = sip:192.0.2.1\;lr
outbound_auth/username = 4420
outbound_auth/password = 7c6a180b36896a0a
endpoint/context = from-outside
endpoint/allow = !all,alaw
registration/expiration = 600
"#;

/// The same office in pjsip.conf.
const PJSIP: &str = r#"
[phone](!)
type = endpoint
context = phones
allow = !all,ulaw,alaw
direct_media = no

[line](!)
type = aor
max_contacts = 2
remove_existing = yes

[alice](phone)
auth = alice-iauth
aors = alice
callerid = "Alice" <6001>
set_var = DEPARTMENT=sales
set_var = FLOOR=2
[alice](line)
[alice-iauth]
type = auth
username = alice
password = 5f4dcc3b5aa765d6

[Zoé](phone)
auth = Zoé-iauth
aors = Zoé
[Zoé](line)
[Zoé-iauth]
type = auth
username = zoe
password = 1d861bfa1b7d4cd8

[carrier]
type = endpoint
transport = udp
outbound_auth = carrier-oauth
outbound_proxy = sip:192.0.2.1\;lr
aors = carrier
context = from-outside
allow = !all,alaw
[carrier]
type = aor
contact = sip:192.0.2.10:5070,sip:192.0.2.11
outbound_proxy = sip:192.0.2.1\;lr
[carrier-oauth]
type = auth
username = 4420
password = 7c6a180b36896a0a
[carrier-identify]
type = identify
endpoint = carrier
match = 192.0.2.10,192.0.2.11
[carrier-reg-0]
type = registration
server_uri = sip:192.0.2.10:5070
client_uri = sip:4420@192.0.2.10:5070
outbound_auth = carrier-oauth
outbound_proxy = sip:192.0.2.1\;lr
transport = udp
line = yes
endpoint = carrier
expiration = 600
[carrier-reg-1]
type = registration
server_uri = sip:192.0.2.11
client_uri = sip:4420@192.0.2.11
outbound_auth = carrier-oauth
outbound_proxy = sip:192.0.2.1\;lr
transport = udp
line = yes
endpoint = carrier
expiration = 600
"#;

const UDP: &str = "[udp]\ntype=transport\nbind=0.0.0.0\n";
const EXTENSIONS: &str = "[phones]\nexten => 9,1,Answer()\n[from-outside]\nexten => s,1,Answer()\n";

#[test]
fn an_office_is_the_same_in_both_dialects() {
    let in_pjsip = format!("{UDP}{PJSIP}");
    let (pjsip, report) = folder(&[("pjsip.conf", &in_pjsip), ("extensions.conf", EXTENSIONS)]);
    assert_eq!(report.errors(), 0, "{}", report.render(false));
    let files = [("pjsip.conf", UDP), ("pjsip_wizard.conf", WIZARD), ("extensions.conf", EXTENSIONS)];
    let (wizard, told) = folder(&files);
    assert_eq!(codes(&report), codes(&told), "{}{}", report.render(false), told.render(false));
    same_model(&wizard.unwrap().sip, &pjsip.unwrap().sip);
}

#[test]
fn hints_and_extensions_come_with_the_phones() {
    let files = [("pjsip.conf", UDP), ("pjsip_wizard.conf", WIZARD), ("extensions.conf", EXTENSIONS)];
    let (configuration, _) = folder(&files);
    let plan = configuration.unwrap().dialplan;
    let hints: Vec<_> = plan
        .hints()
        .map(|(context, extension, hint)| {
            (context.name().to_owned(), extension.pattern().text().to_owned(), hint.devices.clone())
        })
        .collect();
    let hint = |number: &str, name: &str| ("phones".to_owned(), number.to_owned(), format!("PJSIP/{name}"));
    assert_eq!(hints, [hint("6001", "alice"), hint("6002", "Zoé")]);
    let phones = plan.context("phones").unwrap();
    let dial = phones.extensions().find(|e| e.pattern().text() == "6001").unwrap().steps().next().unwrap();
    assert_eq!((dial.application(), dial.arguments()), ("Dial", "${HINT},20"));
}

#[test]
fn findings_show_the_line_and_name_the_key_as_it_was_written() {
    let wizard = "[a]\ntype=wizard\naccepts_registrations=yes\nendpoint/ dtmf_mode = morse\n\
                  endpoint/alow = ulaw\nendpoint/ice_support=yes\nendpoint/context=phones\n";
    let (_, report) =
        folder(&[("pjsip.conf", UDP), ("pjsip_wizard.conf", wizard), ("extensions.conf", EXTENSIONS)]);
    let text = report.render(false);
    assert!(text.contains("'morse' is no endpoint/ dtmf_mode"), "{text}");
    assert!(text.contains("pjsip_wizard.conf:4:"), "{text}");
    assert!(text.contains("'endpoint/alow' is no key") && text.contains("did you mean `allow`"), "{text}");
    assert!(text.contains("endpoint/ice_support=yes has no effect yet"), "{text}");
}

#[test]
fn slips_are_understood_and_told() {
    let wizard = "[a]\ntype=wizard\nremote_host=192.0.2.1\nsends_auth=yes\noutbound_auth/type=userpass\n\
                  outbound_auth/user=a\npassword=7c6a180b36896a0a\nendpoints/context=phones\nallow=alaw\n";
    let files = [("pjsip.conf", UDP), ("pjsip_wizard.conf", wizard), ("extensions.conf", EXTENSIONS)];
    let said = said(&files);
    for slip in [
        "'remote_host' is read as 'remote_hosts'",
        "'outbound_auth/type' is read as 'outbound_auth/auth_type'",
        "'outbound_auth/user' is read as 'outbound_auth/username'",
        "'password' is read as 'outbound_auth/password'",
        "'endpoints/context' is read as 'endpoint/context'",
        "'allow' is read as 'endpoint/allow'",
    ] {
        assert!(said.contains(&format!("misspelt-key: {slip}")), "{slip}: {said:?}");
    }
    let sip = folder(&files).0.unwrap().sip;
    assert_eq!(sip.aors["a"].contacts, ["sip:192.0.2.1"]);
    assert_eq!(sip.auths["a-oauth"].password, "7c6a180b36896a0a");
    assert_eq!(sip.endpoints["a"].codecs, ["alaw"]);
}

#[test]
fn what_a_section_lacks_is_told() {
    let wizard = "[a]\ntype=wizard\nsends_registrations=yes\nhas_hint=yes\ninbound_auth/password=x\n";
    let said = said(&[("pjsip.conf", UDP), ("pjsip_wizard.conf", wizard), ("extensions.conf", EXTENSIONS)]);
    for part in [
        "inbound_auth/password has no effect without accepts_auth=yes",
        "[a] registers nowhere",
        "[a] can be called nowhere",
        "[a] has a hint without an extension",
        "outbound_auth/username is missing",
    ] {
        assert!(said.iter().any(|line| line.contains(part)), "{part}: {said:?}");
    }
}

#[test]
fn a_reload_of_sip_brings_the_extensions_of_phones_along() {
    let of = |wizard: &str, number: &str| {
        let extensions = format!("[phones]\nexten => {number},1,Answer()\n");
        folder(&[("pjsip.conf", UDP), ("pjsip_wizard.conf", wizard), ("extensions.conf", &extensions)])
            .0
            .unwrap()
    };
    let phone = "[a]\ntype=wizard\naccepts_registrations=yes\nendpoint/context=phones\n";
    let with_hint = format!("{phone}has_hint=yes\nhint_exten=6001\n");
    let running = of(phone, "1");
    assert!(Arc::ptr_eq(&running.with(Part::Sip, of(phone, "2")).dialplan, &running.dialplan));
    let reloaded = running.with(Part::Sip, of(&with_hint, "2"));
    assert_eq!(reloaded.dialplan.hints().count(), 1);
    assert_eq!(reloaded.with(Part::Sip, of(phone, "2")).dialplan.hints().count(), 0);
}
