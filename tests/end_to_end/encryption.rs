//! Encrypted audio (`media_encryption=sdes`): phones with Secure RTP and phones without, and what becomes of their calls.

mod keys;

use libtest_mimic::Trial;

use crate::harness::folder::secret_of;
use crate::harness::{Authority, Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        trial("encryption::a_phone_hears_itself_over_tls", &["baresip"], echo),
        trial("encryption::a_phone_with_keys_and_one_without_hear_each_other", &["baresip"], mixed),
        trial("encryption::two_phones_with_keys_hear_each_other", &["baresip"], both),
        trial("encryption::who_has_no_keys_is_refused_where_they_are_wanted", &["baresip"], unprotected),
        trial("encryption::who_wants_keys_is_refused_where_there_are_none", &["baresip"], unwanted),
        trial("encryption::what_may_be_encrypted_is_where_the_phone_does_so", &["baresip"], optional),
        trial("encryption::a_dialplan_may_demand_it", &["baresip"], demanded),
        trial("encryption::phones_of_sip_conf_have_keys", &["baresip"], sip_conf),
    ];
    trials.extend(keys::trials());
    trials
}

/// The echo says beforehand whether it is encrypted.
const DIALPLAN: &str = "exten => echo,1,Answer()
 same => n,NoOp(encrypted=${CHANNEL(rtp,secure)})
 same => n,Echo()
exten => demand,1,Set(CHANNEL(secure_bridge_media)=1)
 same => n,Dial(PJSIP/bob,20)
 same => n,NoOp(status=${DIALSTATUS})
exten => _[ab].,1,Dial(PJSIP/${EXTEN},20)
 same => n,NoOp(status=${DIALSTATUS} cause=${HANGUPCAUSE})";

const SDES: &str = "media_encryption=sdes";
const OPTIONAL: &str = "media_encryption=sdes\nmedia_encryption_optimistic=yes";
/// How baresip demands Secure RTP, and how it merely offers it.
const DEMANDED: &str = "srtp-mand";
const OFFERED: &str = "srtp";

/// An exchange whose phones alice and bob have these lines.
fn exchange(scene: &Scene, alice: &str, bob: &str) -> Outcome<Exchange> {
    Exchange::start(
        scene,
        &Folder::new(scene)?.phone_with("alice", alice).phone_with("bob", bob).dialplan(DIALPLAN),
    )
}

fn hear_each_other(alice: &Baresip, bob: &Baresip) -> Outcome {
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)
}

/// Both call each other, and hear each other each time.
fn call_both_ways(alice: &mut Baresip, bob: &mut Baresip) -> Outcome {
    alice.dial("bob")?;
    hear_each_other(alice, bob)?;
    alice.hang_up()?;
    bob.call_ends()?;
    bob.dial("alice")?;
    hear_each_other(alice, bob)?;
    alice.hang_up()?;
    bob.call_ends().map(drop)
}

fn refused(phone: &Baresip) -> Outcome {
    let why = phone.call_ends()?;
    ensure(why.contains("488"), || format!("the call should end with 488, not with: {why}"))
}

/// Keys travel in messages that nobody else reads.
fn echo(scene: &Scene) -> Outcome {
    let authority = Authority::new("first")?;
    let folder = Folder::new(scene)?.tls("").phone_with("alice", SDES).dialplan(DIALPLAN);
    authority.give_exchange(folder.path(), folder.address())?;
    let believed = authority.write(scene.folder(), "first.crt")?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440)
        .over_tls(&believed)
        .encrypting(DEMANDED)
        .register_at(&exchange)?;
    alice.dial("echo")?;
    alice.is_in_call()?;
    alice.hears_nothing_but(440)?;
    exchange.says("encrypted=1")?;
    let channels = exchange.console("core show channels")?;
    let name = channels.split_whitespace().find(|word| word.starts_with("PJSIP/alice-")).unwrap_or_default();
    let shown = exchange.console(&format!("core show channel {name}"))?;
    ensure(shown.contains("Encrypted: yes, "), || format!("it should be shown as encrypted:\n{shown}"))?;
    alice.hang_up()?;
    exchange.is_idle()
}

/// Hold and resume come in between: what was agreed goes on.
fn mixed(scene: &Scene) -> Outcome {
    let exchange = exchange(scene, SDES, "")?;
    let mut alice = Baresip::named(scene, "alice", 440).encrypting(DEMANDED).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    call_both_ways(&mut alice, &mut bob)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.hold()?;
    alice.resume()?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    bob.hang_up()?;
    alice.call_ends()?;
    exchange.is_idle()
}

/// One of them has short tags.
fn both(scene: &Scene) -> Outcome {
    let exchange = exchange(scene, SDES, &format!("{SDES}\nsrtp_tag_32=yes"))?;
    let mut alice = Baresip::named(scene, "alice", 440).encrypting(DEMANDED).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).encrypting(DEMANDED).register_at(&exchange)?;
    call_both_ways(&mut alice, &mut bob)?;
    exchange.is_idle()
}

fn unprotected(scene: &Scene) -> Outcome {
    let exchange = exchange(scene, SDES, "")?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("echo")?;
    refused(&alice)?;
    bob.dial("alice")?;
    exchange.says("status=CHANUNAVAIL cause=58")?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn unwanted(scene: &Scene) -> Outcome {
    let exchange = exchange(scene, "", "media_encryption=dtls")?;
    let mut alice = Baresip::named(scene, "alice", 440).encrypting(DEMANDED).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).encrypting(DEMANDED).register_at(&exchange)?;
    alice.dial("echo")?;
    refused(&alice)?;
    bob.dial("echo")?;
    refused(&bob)?;
    exchange.is_idle()
}

/// alice's phone offers keys, and bob's has none; later carol's demands them.
fn optional(scene: &Scene) -> Outcome {
    let plan = DIALPLAN.replace("_[ab].", "_[abc].");
    let folder = Folder::new(scene)?
        .phone_with("alice", OPTIONAL)
        .phone_with("bob", OPTIONAL)
        .phone_with("carol", OPTIONAL)
        .dialplan(&plan);
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).encrypting(OFFERED).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    call_both_ways(&mut alice, &mut bob)?;
    bob.dial("echo")?;
    exchange.says("encrypted=0")?;
    bob.hears(1_000)?;
    bob.hang_up()?;
    alice.dial("echo")?;
    exchange.says("encrypted=1")?;
    alice.hears(440)?;
    alice.hang_up()?;
    let mut carol = Baresip::named(scene, "carol", 1_000).encrypting(DEMANDED).register_at(&exchange)?;
    carol.dial("alice")?;
    hear_each_other(&alice, &carol)?;
    carol.hang_up()?;
    alice.call_ends()?;
    exchange.is_idle()
}

/// bob may do without keys, and his phone does: not where the caller's dialplan says otherwise.
fn demanded(scene: &Scene) -> Outcome {
    let exchange = exchange(scene, SDES, OPTIONAL)?;
    let mut alice = Baresip::named(scene, "alice", 440).encrypting(DEMANDED).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("demand")?;
    exchange.says("status=CHANUNAVAIL")?;
    alice.call_ends()?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    bob.hang_up()?;
    alice.call_ends()?;
    exchange.is_idle()
}

fn sip_conf(scene: &Scene) -> Outcome {
    let device = |name: &str, lines: &str| {
        format!(
            "[{name}]\ntype=friend\nhost=dynamic\ncontext=phones\nsecret={}\n{lines}\n\n",
            secret_of(name)
        )
    };
    let text = format!(
        "[general]\ncontext=nobody\nallowguest=no\nudpbindaddr=BIND:PORT\ntcpenable=yes\ntcpbindaddr=BIND:PORT\n\
         disallow=all\nallow=ulaw,alaw\n\n{}{}",
        device("alice", "encryption=yes\nencryption_taglen=32"),
        device("bob", "encryption=no")
    );
    let plan = "exten => _[ab].,1,Dial(SIP/${EXTEN},20)";
    let folder = Folder::new(scene)?.in_place_of_pjsip("sip.conf", &text).dialplan(plan);
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).encrypting(DEMANDED).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    call_both_ways(&mut alice, &mut bob)?;
    exchange.is_idle()
}
