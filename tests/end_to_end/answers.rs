//! What strangers are answered does not tell which accounts there are.

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::wire::{Caller, Wire};
use crate::harness::{Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("answers::are_the_same_octets_for_every_kind_of_account", &[], same_octets),
        trial("answers::an_unknown_number_is_404_only_to_who_proved_himself", &[], unknown_number),
        trial("answers::strangers_reach_only_the_guests_context", &[], guests),
        trial("answers::without_guests_strangers_reach_nothing", &[], no_guests),
        trial("answers::an_account_without_its_password_section_is_closed", &[], lost_password),
    ]
}

/// Kinds of accounts: with a password, with a hash of it, kept out by a list, and with a password that is missing.
const ACCOUNTS: &str = "
[zz-hashed](phone)
auth=zz-hashed
[zz-hashed]
type=auth
auth_type=md5
username=zz-hashed
md5_cred=0123456789abcdef0123456789abcdef
realm=asterisk
[zz-walled](phone)
auth=zz-walled
deny=0.0.0.0/0
[zz-walled]
type=auth
username=zz-walled
password=a-long-secret-behind-a-wall
[zz-lost](phone)
auth=zz-missing
";

/// Nothing is counted, so that many questions may be asked.
const PATIENT: &str = "[general]\ntrusted=127.0.0.0/8\n";

fn same_octets(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("zz-plain").pjsip(ACCOUNTS).dialplan("exten => 100,1,Answer()");
    folder.write_file("security.conf", PATIENT)?;
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    for method in [Method::Register, Method::Invite, Method::Options] {
        let unknown = refusals_of(&wire, "zz-nobody", &method)?;
        for known in ["zz-plain", "zz-hashed", "zz-walled", "zz-lost"] {
            let answered = refusals_of(&wire, known, &method)?;
            ensure(answered == unknown, || {
                format!("{method} tells {known} apart:\n{answered:#?}\n{unknown:#?}")
            })?;
        }
    }
    Ok(())
}

/// The whole answers to a request without credentials and to one with wrong ones, but for what differs by itself.
fn refusals_of(wire: &Wire, user: &str, method: &Method) -> Outcome<[String; 2]> {
    let caller = Caller::new(wire, user, "100").with_secret("looking-glass");
    let mut refusals = [String::new(), String::new()];
    let mut challenge: Option<Message> = None;
    for refusal in &mut refusals {
        caller.send(method, None, challenge.as_ref())?;
        let answer = final_answer(wire)?;
        if *method == Method::Invite {
            caller.ack_failure(&answer)?;
        }
        *refusal = masked(&answer, user, &caller);
        challenge = Some(answer);
    }
    Ok(refusals)
}

fn final_answer(wire: &Wire) -> Outcome<Message> {
    loop {
        let message = wire.next()?;
        if message.status().is_some_and(|status| status >= 200) {
            return Ok(message);
        }
    }
}

/// The octets of an answer, with the sender's own words and random ones taken out. Lengths stay.
fn masked(answer: &Message, user: &str, caller: &Caller<'_>) -> String {
    let text = String::from_utf8_lossy(answer.as_bytes()).into_owned();
    let number = caller.tag().trim_start_matches("from-").to_owned();
    let own = [
        (caller.call_id(), "CALL-ID".to_owned()),
        (caller.tag(), "FROM-TAG".to_owned()),
        (format!("z9hG4bK-{number}-"), "BRANCH-".to_owned()),
        (format!("sip:{user}@"), "sip:USER@".to_owned()),
    ];
    let text = own.into_iter().fold(text, |text, (own, mask)| text.replace(&own, &mask));
    hidden(&hidden(&text, "nonce=\""), "To: <sip:100@127")
}

/// The text with letters and digits behind each `key` hidden, up to the end of the line or the quotes.
fn hidden(text: &str, key: &str) -> String {
    let mut parts = text.split(key);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['"', '\r']).unwrap_or(part.len());
        let hide = |c: char| if c.is_ascii_alphanumeric() { '.' } else { c };
        masked.push_str(key);
        masked.extend(part[..end].chars().map(hide));
        masked.push_str(&part[end..]);
    }
    masked
}

fn unknown_number(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Answer()");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let stranger = Caller::new(&wire, "alice", "999").with_secret("wrong");
    stranger.invite("")?;
    let refused = wire.await_any(&["401 INVITE", "404 INVITE"])?;
    stranger.ack_failure(&refused)?;
    ensure(refused.status() == Some(401), || "a stranger is told which numbers there are".to_owned())?;
    let phone = Caller::new(&wire, "alice", "999");
    phone.invite("")?;
    let refused = wire.await_any(&["401 INVITE", "404 INVITE"])?;
    phone.ack_failure(&refused)?;
    ensure(refused.status() == Some(404), || "a phone should be told that it dialled wrong".to_owned())
}

const GUESTS: &str = "
[anonymous](phone)
context=guests
";
const TWO_CONTEXTS: &str = "exten => 100,1,Hangup(17)\n[guests]\nexten => lobby,1,Hangup(17)";

fn guests(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &Folder::new(scene)?.pjsip(GUESTS).dialplan(TWO_CONTEXTS))?;
    ensure(call_of_stranger(scene, &exchange, "lobby")? == Some(486), || {
        "a guest reaches the lobby".to_owned()
    })?;
    ensure(call_of_stranger(scene, &exchange, "100")? == Some(404), || "a guest reaches no more".to_owned())
}

fn no_guests(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(TWO_CONTEXTS))?;
    for number in ["lobby", "100"] {
        let status = call_of_stranger(scene, &exchange, number)?;
        ensure(status == Some(401), || format!("a stranger who dials {number} gets {status:?}"))?;
    }
    Ok(())
}

/// The final status of a call by somebody without a name here.
fn call_of_stranger(scene: &Scene, exchange: &Exchange, number: &str) -> Outcome<Option<u16>> {
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let caller = Caller::new(&wire, "passer-by", number);
    caller.send(&Method::Invite, Some(OFFER), None)?;
    let answer = final_answer(&wire)?;
    caller.ack_failure(&answer)?;
    wire.is_quiet(Duration::from_millis(50))?;
    Ok(answer.status())
}

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 9000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

fn lost_password(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.pjsip(ACCOUNTS).dialplan("exten => 100,1,Hangup(17)");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let caller = Caller::new(&wire, "zz-lost", "100");
    caller.send(&Method::Invite, Some(OFFER), None)?;
    let answer = final_answer(&wire)?;
    caller.ack_failure(&answer)?;
    ensure(answer.status() == Some(401), || {
        format!("whoever says its name calls as it: {:?}", answer.status())
    })
}
