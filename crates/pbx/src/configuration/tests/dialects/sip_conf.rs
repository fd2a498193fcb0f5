use super::*;

/// An office as sip.conf has described them for twenty years: phones, a trunk that we register at, and a gateway.
const SIP: &str = r#"
[general]
context = strangers
allowguest = no
bindaddr = 0.0.0.0
bindport = 5060
tcpenable = yes
realm = office
useragent = front desk
compactheaders = yes
timert1 = 400
timerb = 20000
srvlookup = yes
alwaysauthreject = yes
language = fr
disallow = all
allow = ulaw,alaw
directmedia = no
nat = force_rport,comedia
maxexpiry = 7200
defaultexpiry = 3600
registertimeout = 30
registerattempts = 5
externaddr = 203.0.113.5
localnet = 192.168.0.0/255.255.0.0
register => provider?4420:7c6a180b36896a0a@sip.example.com/6001~600

[authentication]
auth = office:0cc175b9c0f1b6a8@example.org

[phone](!)
type = friend
host = dynamic
context = phones

[alice](phone)
secret = 5f4dcc3b5aa765d6
callerid = "Alice" <6001>
setvar = DEPARTMENT=sales
setvar = FLOOR=2
dtmfmode = rfc2833
qualify = yes
rtptimeout = 60

[bob](phone)
md5secret = 1d861bfa1b7d4cd81d861bfa1b7d4cd8
defaultuser = bob
language = en
allow = !alaw

[provider]
type = peer
host = sip.example.com
port = 5070
defaultuser = 4420
remotesecret = 7c6a180b36896a0a
fromuser = 4420
fromdomain = example.com
insecure = port,invite
context = from-outside
transport = tcp

[gateway]
type = peer
host = 192.0.2.20
context = from-outside
nat = no
"#;

/// The same office in pjsip.conf.
const PJSIP: &str = r#"
[udp]
type = transport
bind = 0.0.0.0:5060
allow_reload = yes
external_media_address = 203.0.113.5
external_signaling_address = 203.0.113.5
local_net = 192.168.0.0/255.255.0.0
[tcp](udp)
protocol = tcp

[global]
type = global
default_realm = office
user_agent = front desk

[system]
type = system
compact_headers = yes
timer_t1 = 400
timer_b = 20000

[phone](!)
type = endpoint
language = fr
context = phones
allow = !all,ulaw,alaw
direct_media = no
rtp_symmetric = yes
rewrite_contact = yes

[line](!)
type = aor
max_contacts = 1
remove_existing = yes
maximum_expiration = 7200
default_expiration = 3600

[alice](phone)
auth = alice-iauth
outbound_auth = alice-iauth,authentication-1
aors = alice
callerid = "Alice" <6001>
set_var = DEPARTMENT=sales
set_var = FLOOR=2
rtp_timeout = 60
[alice](line)
qualify_frequency = 60
qualify_timeout = 2.0
[alice-iauth]
type = auth
username = alice
password = 5f4dcc3b5aa765d6

[bob](phone)
language = en
disallow = alaw
auth = bob-iauth
outbound_auth = bob-iauth,authentication-1
aors = bob
[bob](line)
[bob-iauth]
type = auth
auth_type = md5
username = bob
md5_cred = 1d861bfa1b7d4cd81d861bfa1b7d4cd8

[provider](phone)
context = from-outside
identify_by = ip
outbound_auth = provider-oauth,authentication-1
aors = provider
from_user = 4420
from_domain = example.com
[provider]
type = aor
contact = sip:4420@sip.example.com:5070\;transport=tcp
[provider-oauth]
type = auth
username = 4420
password = 7c6a180b36896a0a
[provider-identify]
type = identify
endpoint = provider
match = sip.example.com

[gateway](phone)
context = from-outside
identify_by = ip
outbound_auth = authentication-1
aors = gateway
force_rport = no
rewrite_contact = no
rtp_symmetric = no
[gateway]
type = aor
contact = sip:192.0.2.20
[gateway-identify]
type = identify
endpoint = gateway
match = 192.0.2.20

[authentication-1]
type = auth
username = office
realm = example.org
password = 0cc175b9c0f1b6a8

[4420@sip.example.com-oauth]
type = auth
username = 4420
password = 7c6a180b36896a0a
[4420@sip.example.com]
type = registration
server_uri = sip:sip.example.com\;transport=tcp
client_uri = sip:4420@sip.example.com
contact_user = 6001
expiration = 600
outbound_auth = 4420@sip.example.com-oauth,authentication-1
line = yes
endpoint = provider
retry_interval = 30
max_retries = 5
max_random_initial_delay = 1
"#;

const EXTENSIONS: &str = "[phones]\nexten => _X.,1,Dial(SIP/${EXTEN}@provider&SIP/provider/1&SIP/bob)\n\
                          [from-outside]\nexten => 6001,1,Dial(SIP/alice)\n";

/// A `sip.conf` beside a dialplan that fits it.
fn sip_conf(text: &str) -> (Option<Configuration>, ConfigurationReport) {
    folder(&[("sip.conf", text), ("extensions.conf", "[default]\nexten => 1,1,Answer()\n")])
}

fn said_of(text: &str) -> Vec<String> {
    let (_, report) = sip_conf(text);
    report.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect()
}

/// The sections of one device.
fn device(lines: &str) -> SipConfiguration {
    let (configuration, report) = sip_conf(&format!("[a]\ntype=friend\nhost=dynamic\n{lines}\n"));
    configuration.unwrap_or_else(|| panic!("{}", report.render(false))).sip
}

#[test]
fn an_office_is_the_same_in_both_dialects() {
    let (pjsip, report) = folder(&[("pjsip.conf", PJSIP), ("extensions.conf", EXTENSIONS)]);
    assert_eq!(report.errors(), 0, "{}", report.render(false));
    let (sip, told) = folder(&[("sip.conf", SIP), ("extensions.conf", EXTENSIONS)]);
    assert_eq!(codes(&report), codes(&told), "{}{}", report.render(false), told.render(false));
    let mut sip = sip.unwrap().sip;
    // Its devices are known by the rules of chan_sip.
    sip.device_rules.clear();
    same_model(&sip, &pjsip.unwrap().sip);
}

#[test]
fn nat_is_understood_in_every_form() {
    let flags = |value: &str| {
        let sip = device(&format!("nat={value}"));
        let endpoint = &sip.endpoints["a"];
        (endpoint.force_rport, endpoint.rewrite_contact, endpoint.rtp_symmetric)
    };
    for value in ["yes", "force_rport,comedia", "auto_force_rport,auto_comedia", "comedia , force_rport"] {
        assert_eq!(flags(value), (true, true, true), "{value}");
    }
    assert_eq!(flags("force_rport"), (true, true, false));
    assert_eq!(flags("comedia"), (true, false, true));
    for value in ["no", "never"] {
        assert_eq!(flags(value), (false, false, false), "{value}");
    }
}

#[test]
fn insecure_and_secrets_say_who_is_challenged() {
    let of = |lines: &str| {
        let (configuration, _) = sip_conf(&format!("[a]\n{lines}\n"));
        let endpoint = configuration.unwrap().sip.endpoints["a"].clone();
        (endpoint.auth.clone(), endpoint.outbound_auth.clone())
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let secret = "secret=5f4dcc3b5aa765d6";
    assert_eq!(
        of(&format!("type=friend\nhost=dynamic\n{secret}")),
        (names(&["a-iauth"]), names(&["a-iauth"]))
    );
    assert_eq!(of(&format!("type=user\n{secret}")), (names(&["a-iauth"]), names(&[])));
    assert_eq!(
        of(&format!("type=peer\nhost=192.0.2.1\ninsecure=port,invite\n{secret}")),
        (names(&[]), names(&["a-oauth"]))
    );
    assert_eq!(
        of(&format!("type=friend\nhost=dynamic\nusername=b\n{secret}")),
        (names(&["a-iauth"]), names(&["a-oauth"]))
    );
    // A device that registers is challenged then; its calls are believed where it registered.
    assert_eq!(of(&format!("type=friend\nhost=dynamic\ninsecure=invite\n{secret}")).0, ["a-iauth"]);
}

#[test]
fn devices_that_register_may_be_believed_where_they_did() {
    let of = |insecure: &str| {
        let sip = device(&format!("secret=5f4dcc3b5aa765d6\ninsecure={insecure}"));
        sip.device_rules.get("a").and_then(|rules| rules.registrant)
    };
    assert_eq!(of("invite"), Some(Registrant { any_port: false }));
    assert_eq!(of("port,invite"), Some(Registrant { any_port: true }));
    assert_eq!(of("very"), Some(Registrant { any_port: true }));
    assert_eq!((of("port"), of("no")), (None, None));
}

#[test]
fn devices_say_what_they_are_known_by() {
    let of = |lines: &str| {
        let (configuration, _) = sip_conf(&format!("[a]\nsecret=5f4dcc3b5aa765d6\n{lines}\n"));
        let recognition = configuration.unwrap().sip.device_rules["a"].recognition.unwrap();
        let Recognition { by_name_first, registers, port, any_port } = recognition;
        (by_name_first, registers, port, any_port)
    };
    assert_eq!(of("type=friend\nhost=dynamic"), (true, true, 5060, false));
    assert_eq!(of("type=user\ninsecure=port"), (true, false, 5060, true));
    assert_eq!(of("type=peer\nhost=192.0.2.1\nport=5070\ninsecure=port,invite"), (false, false, 5070, true));
    assert_eq!(of("type=peer\nhost=192.0.2.1\ntransport=tls"), (false, false, 5061, false));
}

#[test]
fn guests_come_in_only_when_they_are_asked_in() {
    let note = "guests-refused: callers that are no device are refused, where Asterisk lets them in";
    assert_eq!(said_of("[general]\ncontext=default\n"), [note]);
    assert!(!said_of("[general]\nallowguest=no\n").iter().any(|line| line == note));
    let (configuration, report) = sip_conf("[general]\nallowguest=yes\ncontext=default\nallow=!all,alaw\n");
    let guest = configuration.unwrap().sip.endpoints["anonymous"].clone();
    assert_eq!(
        (guest.context.as_str(), guest.codecs.as_slice()),
        ("default", ["alaw".to_owned()].as_slice())
    );
    assert!(guest.auth.is_empty() && guest.aors.is_empty());
    assert_eq!(codes(&report), ["guests"].into());
}

#[test]
fn transports_are_those_of_the_general_section() {
    let binds = |files: &[(&str, &str)]| {
        let sip = folder(files).0.unwrap().sip;
        sip.transports.iter().map(|t| format!("{} {} {}", t.name, t.protocol, t.bind)).collect::<Vec<_>>()
    };
    let dialplan = ("extensions.conf", "[default]\n");
    let of = |general: &str| binds(&[("sip.conf", &format!("[general]\n{general}\n")), dialplan]);
    assert_eq!(of(""), ["udp UDP 0.0.0.0:5060"]);
    assert_eq!(of("udpbindaddr=192.0.2.1:5070\nbindaddr=10.0.0.1"), ["udp UDP 192.0.2.1:5070"]);
    assert_eq!(of("bindaddr=10.0.0.1\nbindport=5070"), ["udp UDP 10.0.0.1:5070"]);
    assert_eq!(of("bindaddr=::"), ["udp UDP [::]:5060"]);
    let both = of("tcpenable=yes\ntcpbindaddr=10.0.0.1");
    assert_eq!(both, ["udp UDP 0.0.0.0:5060", "tcp TCP 10.0.0.1:5060"]);
    // Beside a pjsip.conf that has transports, only other ports are opened.
    let pjsip = ("pjsip.conf", "[door]\ntype=transport\nbind=0.0.0.0\n");
    let beside =
        |general: &str| binds(&[pjsip, ("sip.conf", &format!("[general]\n{general}\n")), dialplan]).len();
    assert_eq!([beside(""), beside("bindaddr=0.0.0.0"), beside("bindport=5070")], [1, 1, 2]);
}

#[test]
fn findings_show_the_line_and_name_the_key_as_it_was_written() {
    let text = "[general]\nallowguest=no\n[a]\ntype=friend\nhost=dyanmic\nsecret=5f4dcc3b5aa765d6\ndtmfmode=morse\n\
                icesupport=yes\nsecrte=x\ntcpenable=yes\ncall_limit=2\nnat=sometimes\nrtptimeout=soon\n";
    let (configuration, report) = sip_conf(text);
    assert!(configuration.is_some());
    let shown = report.render(false);
    for part in [
        "host: 'dyanmic' is taken for the name of a machine",
        "did you mean `dynamic`?",
        "dtmfmode: 'morse' is left out",
        "icesupport=yes has no effect yet",
        "'secrte' is no key of a device",
        "did you mean `secret`?",
        "move it to [general]",
        "'call_limit' is read as 'call-limit'",
        "nat: 'sometimes' is left out",
        "rtptimeout: 'soon' is no number",
        "/pbx/etc/sip.conf:13:",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn what_sip_conf_says_of_audio_reaches_its_endpoints() {
    let text = "[general]\nallowguest=no\nautoframing=yes\ntos_audio=ef\nrtpkeepalive=10\n\
                [a]\ntype=friend\nhost=dynamic\nsecret=5f4dcc3b5aa765d6\ndisallow=all\nallow=alaw:30,ulaw\n\
                preferred_codec_only=yes\ncos_audio=5\n";
    let (configuration, report) = sip_conf(text);
    assert!(!report.render(false).contains("no-effect"), "{}", report.render(false));
    let endpoint = &configuration.unwrap().sip.endpoints["a"];
    assert!(endpoint.codec_rules.incoming_offer.first_only && endpoint.rtp.use_ptime);
    assert_eq!(endpoint.codecs, ["alaw", "ulaw"]);
    assert_eq!(endpoint.rtp.packet_times, [(media_bridge::Codec::Pcma, 30)]);
    assert_eq!(endpoint.rtp.keepalive, Some(std::time::Duration::from_secs(10)));
    assert_eq!((endpoint.rtp.marking.tos, endpoint.rtp.marking.priority), (0xB8, Some(5)));
}

#[test]
fn what_cannot_be_meant_stops_a_start() {
    for (text, code) in [
        ("[general]\nudpbindaddr=everywhere\n", "bad-bind"),
        ("[a]\ntype=freind\n", "unknown-type"),
        ("[a]\nhost=dynamic\n", "no-type"),
    ] {
        let (configuration, report) = sip_conf(text);
        assert!(configuration.is_none(), "{text}");
        assert!(
            report.diagnostics.iter().any(|d| d.is_error() && d.code == code),
            "{}",
            report.render(false)
        );
    }
}

#[test]
fn a_register_line_needs_a_device_for_its_calls() {
    let register = "[general]\nallowguest=no\nregister => 4420:7c6a180b36896a0a@sip.example.com\n";
    let lonely = said_of(register);
    assert!(
        lonely.contains(
            &"register-without-peer: calls from sip.example.com are refused: no device has host=sip.example.com".to_owned()
        ),
        "{lonely:?}"
    );
    let peer = "[provider]\ntype=peer\nhost=sip.example.com\ninsecure=port,invite\ncontext=default\n";
    assert!(
        !said_of(&format!("{register}{peer}")).iter().any(|line| line.starts_with("register-without-peer"))
    );
    let odd = said_of("[general]\nallowguest=no\nregister => 4420:secret\n");
    assert!(odd.iter().any(|line| line.starts_with("bad-register") && line.contains("no @")), "{odd:?}");
}

#[test]
fn a_device_of_two_files_means_what_pjsip_conf_says() {
    let pjsip = "[udp]\ntype=transport\nbind=::\n[a]\ntype=endpoint\ncontext=default\nauth=a\n\
                 [a]\ntype=auth\npassword=5f4dcc3b5aa765d6\n";
    let sip = "[general]\nallowguest=no\n[a]\ntype=friend\nhost=dynamic\ncontext=other\n";
    let (configuration, report) = folder(&[
        ("pjsip.conf", pjsip),
        ("sip.conf", sip),
        ("extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
    ]);
    assert_eq!(codes(&report), ["defined-twice"].into(), "{}", report.render(false));
    assert_eq!(configuration.unwrap().sip.endpoints["a"].context, "default");
}

#[test]
fn a_device_may_be_called_as_a_transport_is() {
    let text = "[general]\nallowguest=no\n[udp]\ntype=friend\nhost=dynamic\nsecret=5f4dcc3b5aa765d6\n\
                [udp]\ntype=friend\nhost=dynamic\nsecret=1d861bfa1b7d4cd8\n";
    let (configuration, report) = sip_conf(text);
    assert_eq!(codes(&report), ["defined-twice"].into(), "{}", report.render(false));
    let sip = configuration.unwrap().sip;
    assert_eq!((sip.transports.len(), sip.auths["udp-iauth"].password.as_str()), (1, "1d861bfa1b7d4cd8"));
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_loader(text in "(\\[(general|authentication|[a-z]{1,3})\\](\\((!|\\+|[a-z])\\))?|(host|nat|secret|insecure|register|bindaddr|qualify|transport|[a-z_]{1,9})=[a-z0-9:@/,.~?]{0,12}|type=(friend|peer|user|wizard)|(endpoint|aor|identify)/[a-z]{1,6}=x|remote_hosts=.{0,9}|\n){0,40}") {
        let _ = folder(&[("sip.conf", &text), ("pjsip_wizard.conf", &text), ("extensions.conf", "[default]\n")]);
        let _ = folder(&[("sip.conf", &text)]);
    }
}

#[test]
fn what_only_sip_conf_says_of_direct_media_reaches_its_endpoints() {
    let text = "[general]\nallowguest=no\ndirectrtpsetup=yes\n\
                [a]\ntype=friend\nhost=dynamic\nsecret=5f4dcc3b5aa765d6\n\
                directmediadeny=0.0.0.0/0\ndirectmediapermit=192.0.2.0/24\ndirectmediaacl=office\n";
    let (configuration, report) = sip_conf(text);
    let sip = configuration.unwrap_or_else(|| panic!("{}", report.render(false))).sip;
    let rules = sip.device_rules["a"].direct_media.as_ref().unwrap();
    assert!(rules.early);
    let own = |address: &str| rules.peers.own.permits(address.parse().unwrap());
    assert!(own("192.0.2.7") && !own("198.51.100.7"));
    assert!(rules.peers.lists(&sip.access_lists).iter().any(|list| list.name == "office"));
    assert!(report.render(false).contains("there is no list 'office'"), "{}", report.render(false));
    let quiet = device("secret=5f4dcc3b5aa765d6");
    assert!(quiet.device_rules["a"].direct_media.is_none());
}

#[test]
fn who_calls_may_be_said_in_single_lines() {
    let caller = |lines: &str| {
        let sip = device(lines);
        let endpoint = sip.endpoints.values().next().unwrap().clone();
        (endpoint.caller_id.clone().map(|who| (who.name, who.number)), endpoint.identity.presentation)
    };
    let who = |name: &str, number: &str| Some((name.to_owned(), number.to_owned()));
    assert_eq!(caller("fullname=Zo\u{eb} \"Z\"\ncid_number=77").0, who("Zo\u{eb} \"Z\"", "77"));
    assert_eq!(caller("cid_number=77").0, who("", "77"));
    assert_eq!(caller("callerid=A <1>\nfullname=B").0, who("A", "1"));
    assert_ne!(caller("callingpres=prohib").1, call_control::Presentation::ALLOWED);
}
