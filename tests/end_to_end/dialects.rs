//! Folders of `sip.conf` and of `pjsip_wizard.conf`: phones register, call each other, and reloads take effect.

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::secret_of;
use crate::harness::wire::{Caller, Wire};
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, Sipp, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("dialects::phones_of_sip_conf_call_each_other", &["baresip"], sip_conf),
        trial("dialects::phones_of_the_wizard_call_each_other", &["baresip"], wizard),
        trial("dialects::sip_reload_reads_sip_conf", &["baresip"], reload),
        trial("dialects::a_trunk_that_registers_is_believed_where_it_did", &[], registrant),
        trial("dialects::a_gateway_of_sip_conf_is_known_by_its_address", &["sipp"], gateway),
    ]
}

/// A folder of old: everything in `sip.conf`, `Dial` by `SIP/`.
fn sip_folder(scene: &Scene, devices: &str) -> Outcome<Folder> {
    let text = format!(
        "[general]\ncontext=nobody\nallowguest=no\nudpbindaddr=BIND:PORT\ntcpenable=yes\ntcpbindaddr=BIND:PORT\n\
         disallow=all\nallow=ulaw,alaw\ndirectmedia=no\nnat=force_rport,comedia\nqualify=no\n\n\
         [phone](!)\ntype=friend\nhost=dynamic\ncontext=phones\ndtmfmode=rfc2833\n\n{devices}"
    );
    let dialplan = "exten => alice,1,Dial(SIP/alice,30)\nexten => bob,1,Dial(SIP/bob,30)";
    Ok(Folder::new(scene)?.in_place_of_pjsip("sip.conf", &text).dialplan(dialplan))
}

fn phone(name: &str) -> String {
    format!("[{name}](phone)\nsecret={}\ncallerid=\"{name}\" <{name}>\n\n", secret_of(name))
}

fn sip_conf(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &sip_folder(scene, &(phone("alice") + &phone("bob")))?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).over_tcp().register_at(&exchange)?;
    let peers = exchange.console("sip show peers")?;
    for wanted in ["alice/alice", "bob/bob", "2 sip peers", "2 online"] {
        ensure(peers.contains(wanted), || format!("'{wanted}' is not in:\n{peers}"))?;
    }
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

/// Numbers come with the phones: `hint_exten` and `hint_application`.
fn wizard(scene: &Scene) -> Outcome {
    let transports = "[udp]\ntype=transport\nprotocol=udp\nbind=BIND:PORT\n\
                      [tcp]\ntype=transport\nprotocol=tcp\nbind=BIND:PORT\n";
    let phones = format!(
        "[phone](!)\ntype=wizard\naccepts_registrations=yes\naccepts_auth=yes\naor/max_contacts=2\n\
         endpoint/context=phones\nendpoint/allow=!all,ulaw,alaw\nendpoint/direct_media=no\n\
         has_hint=yes\nhint_context=phones\n\n\
         [alice](phone)\nhint_exten=6001\nhint_application=Dial(PJSIP/alice,30)\n\
         inbound_auth/username = alice\ninbound_auth / password = {}\n\n\
         [bob](phone)\nhint_exten=6002\nhint_application=Dial(PJSIP/bob,30)\n\
         inbound_auth/username=bob\ninbound_auth/password={}\n",
        secret_of("alice"),
        secret_of("bob")
    );
    let folder = Folder::new(scene)?
        .in_place_of_pjsip("pjsip.conf", transports)
        .in_place_of_pjsip("pjsip_wizard.conf", &phones)
        .dialplan("exten => 100,1,Echo()");
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("6002")?;
    hear_each_other(&alice, &bob)?;
    bob.hang_up()?;
    alice.call_ends()?;
    bob.dial("6001")?;
    hear_each_other(&alice, &bob)
}

fn reload(scene: &Scene) -> Outcome {
    let folder = sip_folder(scene, &phone("alice"))?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut text = std::fs::read_to_string(folder.path().join("sip.conf"))?;
    text.push_str(&phone("bob"));
    folder.write_file("sip.conf", &text)?;
    exchange.console("sip reload")?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    // What is broken changes nothing.
    folder.write_file("sip.conf", &text.replace("type=friend", "type=freind"))?;
    let said = exchange.console("sip reload").unwrap_or_else(|f| f.message().unwrap_or_default().to_owned());
    ensure(said.contains("sip.conf:") && said.contains("`friend`"), || format!("what is wrong?\n{said}"))?;
    let peers = exchange.console("sip show peers")?;
    ensure(peers.contains("2 sip peers"), || format!("the phones are gone:\n{peers}"))
}

/// `type=peer` with a fixed host and `insecure=invite`: calls from that address need no password and have a context of
/// their own, and `SIP/gateway/number` leads there.
fn gateway(scene: &Scene) -> Outcome {
    let caller = Sipp::new(scene, "call_without_challenge")?.to("900").fill("length", 100);
    let callee = Sipp::new(scene, "callee_answers")?;
    let devices = format!(
        "[in](phone)\ntype=peer\nhost={}\ninsecure=port,invite\ncontext=from-gateway\n\n\
         [out](phone)\ntype=peer\nhost={}\nport=PORT\n",
        caller.at().ip(),
        callee.at().ip()
    );
    let folder =
        sip_folder(scene, &devices)?.dialplan("[from-gateway]\nexten => 900,1,Dial(SIP/out/0900,30)");
    let exchange = Exchange::start(scene, &folder)?;
    let callee = callee.wait_for_calls()?;
    caller.call(exchange.sip_address())?.succeeds()?;
    callee.succeeds()?;
    let users = exchange.console("sip show users")?;
    ensure(users.contains("from-gateway"), || format!("the gateway is not in:\n{users}"))?;
    let peers = exchange.console("sip show peers")?;
    ensure(peers.contains("2 sip peers"), || format!("the peers are not in:\n{peers}"))
}

/// Two exchanges by a trunk: the other one registers and calls with the numbers of its phones as From, and no password.
/// Before it has registered, and in the name of a phone of ours, it is challenged.
fn registrant(scene: &Scene) -> Outcome {
    let devices = format!("{}{}\ninsecure=port,invite\n", phone("alice"), phone("branch").trim_end());
    let folder = sip_folder(scene, &devices)?.dialplan("exten => _90X,1,Hangup(17)");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    calls_and_gets(&wire, "6001", "901", 401)?;
    let branch = Caller::new(&wire, "branch", "branch");
    branch.send(&Method::Register, None, None)?;
    let challenge = wire.expect("401 REGISTER")?;
    branch.send(&Method::Register, None, Some(&challenge))?;
    wire.expect("200 REGISTER")?;
    calls_and_gets(&wire, "6001", "902", 486)?;
    calls_and_gets(&wire, "branch", "903", 486)?;
    calls_and_gets(&wire, "alice", "904", 401)?;
    let elsewhere = Wire::bind(scene.address()?, exchange.sip_address())?;
    calls_and_gets(&elsewhere, "branch", "905", 401)
}

fn calls_and_gets(wire: &Wire, name: &str, number: &str, status: u16) -> Outcome {
    let caller = Caller::new(wire, name, number);
    caller.send(&Method::Invite, None, None)?;
    let answer = wire.await_any(&["401 INVITE", "486 INVITE"])?;
    caller.ack_failure(&answer)?;
    let told = || format!("{name} should get {status}, not {:?}:\n{}", answer.status(), wire.story());
    ensure(answer.status() == Some(status), told)
}

fn hear_each_other(alice: &Baresip, bob: &Baresip) -> Outcome {
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)
}
