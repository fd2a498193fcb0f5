//! Section 2: registration. The exchange is the registrar of the RFC, so the ladders are the same.

use libtest_mimic::Trial;
use sip_parser::{HeaderName, Message};

use crate::harness::wire::{from_tag, header};
use crate::harness::{Exchange, Folder, Ladder, Outcome, Scene, Sipp, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("rfc3665::2_1_successful_new_registration", &["sipp"], new_registration),
        trial("rfc3665::2_2_update_of_contact_list", &["sipp"], update),
        trial("rfc3665::2_3_request_for_current_contact_list", &["sipp"], query),
        trial("rfc3665::2_4_cancellation_of_registration", &["sipp"], cancellation),
        trial("rfc3665::2_5_unsuccessful_registration", &["sipp"], unsuccessful),
    ]
}

fn exchange(scene: &Scene) -> Outcome<Exchange> {
    Exchange::start(scene, &Folder::new(scene)?.phone("bob").dialplan("exten => 100,1,Answer()"))
}

/// The refreshes of one registration share a Call-ID and a From tag, and count (RFC 3261 section 10.2).
fn is_a_series(ladder: &Ladder) -> Outcome {
    let requests: Vec<&Message> = ladder.all("-> REGISTER").collect();
    for pair in requests.windows(2) {
        ensure(pair[0].call_id()? == pair[1].call_id()?, || "another Call-ID".to_owned())?;
        ensure(from_tag(pair[0])? == from_tag(pair[1])?, || "another From tag".to_owned())?;
        ensure(pair[0].cseq()?.number + 1 == pair[1].cseq()?.number, || "CSeq does not count".to_owned())?;
    }
    Ok(())
}

fn new_registration(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let sipp = Sipp::new(scene, "register")?.playing("bob").fill("status", 200);
    let ladder = sipp.call(exchange.sip_address())?.climbs()?;
    ladder.is(&["-> REGISTER", "<- 401 REGISTER", "-> REGISTER", "<- 200 REGISTER"])?;
    is_a_series(&ladder)?;
    let challenge = header(ladder.last("<- 401 REGISTER")?, "WWW-Authenticate")?;
    ensure(challenge.contains("realm=") && challenge.contains("nonce="), || challenge.to_owned())?;
    let granted = header(ladder.last("<- 200 REGISTER")?, "Contact")?;
    ensure(granted.contains("sip:bob@") && granted.contains("expires="), || granted.to_owned())
}

/// A registered phone sends one more REGISTER, with the credentials that it has; it is taken at once.
fn register_again(scene: &Scene, again: &str) -> Outcome<(Exchange, Ladder)> {
    let exchange = exchange(scene)?;
    let sipp = Sipp::new(scene, "rfc3665/register_again")?.playing("bob").fill("again", again);
    let ladder = sipp.call(exchange.sip_address())?.climbs()?;
    ladder.is(&[
        "-> REGISTER",
        "<- 401 REGISTER",
        "-> REGISTER",
        "<- 200 REGISTER",
        "-> REGISTER",
        "<- 200 REGISTER",
    ])?;
    is_a_series(&ladder)?;
    Ok((exchange, ladder))
}

fn contacts_of(response: &Message) -> Vec<&str> {
    response.values(&HeaderName::Contact).collect()
}

/// The RFC adds a mail address; a phone's second line stands in its place, for an exchange can only call SIP.
fn update(scene: &Scene) -> Outcome {
    let (exchange, ladder) = register_again(scene, "Contact: <sip:bob@192.0.2.77:5060>\nExpires: 300")?;
    let listed = contacts_of(ladder.last("<- 200 REGISTER")?);
    ensure(listed.len() == 2 && listed.iter().any(|contact| contact.contains("192.0.2.77")), || {
        format!("not both contacts are listed: {listed:?}")
    })?;
    let shown = exchange.console("pjsip show contacts")?;
    ensure(shown.matches("sip:bob@").count() == 2, || shown.clone())
}

fn query(scene: &Scene) -> Outcome {
    let (_exchange, ladder) = register_again(scene, "Supported: path")?;
    ensure(ladder.last("-> REGISTER")?.raw(&HeaderName::Contact).is_none(), || {
        "it has a Contact".to_owned()
    })?;
    let listed = contacts_of(ladder.last("<- 200 REGISTER")?);
    ensure(listed.len() == 1 && listed[0].contains("expires="), || format!("the list is {listed:?}"))
}

fn cancellation(scene: &Scene) -> Outcome {
    let (exchange, ladder) = register_again(scene, "Contact: *\nExpires: 0")?;
    let listed = contacts_of(ladder.last("<- 200 REGISTER")?);
    ensure(listed.is_empty(), || format!("still listed: {listed:?}"))?;
    let shown = exchange.console("pjsip show contacts")?;
    ensure(!shown.contains("sip:bob@"), || shown.clone())
}

fn unsuccessful(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let sipp = Sipp::new(scene, "register")?.with_secret("bob", "wrong").fill("status", 401);
    let ladder = sipp.call(exchange.sip_address())?.climbs()?;
    ladder.is(&["-> REGISTER", "<- 401 REGISTER", "-> REGISTER", "<- 401 REGISTER"])?;
    is_a_series(&ladder)?;
    let shown = exchange.console("pjsip show contacts")?;
    ensure(!shown.contains("sip:bob@"), || shown.clone())
}
