//! Phones register: sipp and baresip, over UDP and TCP, with right and wrong secrets.

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{HeaderName, Message, Method};

use crate::harness::wire::{Caller, Wire, header};
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, Sipp, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("registration::sipp_over_udp", &["sipp"], sipp_over_udp),
        trial("registration::sipp_over_tcp", &["sipp"], sipp_over_tcp),
        trial("registration::sipp_with_a_wrong_secret_is_refused", &["sipp"], wrong_secret),
        trial("registration::baresip_over_udp", &["baresip"], |scene| baresip(scene, false)),
        trial("registration::baresip_over_tcp", &["baresip"], |scene| baresip(scene, true)),
        trial("registration::baresip_with_a_wrong_secret_is_refused", &["baresip"], baresip_refused),
        trial("registration::answers_do_not_tell_which_users_exist", &[], same_answers),
        trial("registration::expires_and_contacts_are_told_and_removed", &[], contacts),
    ]
}

fn exchange(scene: &Scene) -> Outcome<Exchange> {
    Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Answer()"))
}

fn sipp_over_udp(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let sipp = Sipp::new(scene, "register")?.playing("alice").fill("status", 200);
    sipp.call(exchange.sip_address())?.succeeds()
}

fn sipp_over_tcp(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let sipp = Sipp::new(scene, "register")?.playing("alice").fill("status", 200).over_tcp();
    sipp.call(exchange.sip_address())?.succeeds()
}

/// 401 again, and one line in the log that says where it came from.
fn wrong_secret(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let sipp = Sipp::new(scene, "register")?.with_secret("alice", "looking-glass").fill("status", 401);
    let source = sipp.at();
    sipp.call(exchange.sip_address())?.succeeds()?;
    exchange.says(&source.to_string())?;
    let contacts = exchange.console("pjsip show contacts")?;
    ensure(!contacts.contains("sip:alice@"), || format!("a contact was stored:\n{contacts}"))
}

fn baresip(scene: &Scene, over_tcp: bool) -> Outcome {
    let exchange = exchange(scene)?;
    let phone = Baresip::named(scene, "alice", 440);
    let phone = if over_tcp { phone.over_tcp() } else { phone };
    let _phone = phone.register_at(&exchange)?;
    let contacts = exchange.console("pjsip show contacts")?;
    ensure(contacts.contains("sip:alice"), || format!("the contact is not shown:\n{contacts}"))
}

fn baresip_refused(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut phone = Baresip::named(scene, "alice", 440).secret("wrong").start_at(&exchange)?;
    phone.process().says("401 Unauthorized")?;
    exchange.says("127.0.0.1")
}

/// An unknown user is challenged and refused as a known one with a wrong secret: the same headers, the same values.
fn same_answers(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    for method in [Method::Register, Method::Invite, Method::Options] {
        let known = refusals_of(&wire, "alice", &method)?;
        let unknown = refusals_of(&wire, "nobody", &method)?;
        ensure(known == unknown, || format!("{method} tells users apart:\n{known:#?}\n{unknown:#?}"))?;
    }
    let source = wire.address().to_string();
    wait::until("six lines with the source", || Ok((exchange.count(&source)? >= 6).then_some(())))
}

/// What tells two refusals apart: their headers without what differs by itself.
fn refusals_of(wire: &Wire, user: &str, method: &Method) -> Outcome<Vec<Vec<String>>> {
    let caller = Caller::new(wire, user, "100").with_secret("looking-glass");
    caller.send(method, None, None)?;
    let first = final_answer(wire)?;
    let mut refusals = vec![shape(&first)];
    if *method == Method::Invite {
        caller.ack_failure(&first)?;
    }
    caller.send(method, None, Some(&first))?;
    let second = final_answer(wire)?;
    if *method == Method::Invite {
        caller.ack_failure(&second)?;
    }
    refusals.push(shape(&second));
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

fn shape(response: &Message) -> Vec<String> {
    let own = [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq];
    let headers = response.headers().filter(|(name, _)| !own.contains(name) && name.as_str() != "Date");
    let mut shape = vec![format!("{} {}", response.status().unwrap_or_default(), response.reason())];
    shape.extend(headers.map(|(name, value)| format!("{name}: {}", without_nonce(value))));
    shape
}

fn without_nonce(value: &str) -> String {
    match (value.find("nonce=\""), value) {
        (Some(at), value) => {
            let rest = &value[at + 7..];
            let end = rest.find('"').unwrap_or(rest.len());
            format!("{}nonce=\"…{}", &value[..at], &rest[end..])
        }
        (None, value) => value.to_owned(),
    }
}

/// The 200 lists the contact with its time; `expires` beyond the limit is cut; 0 removes the contact.
fn contacts(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let registered = register(&wire, "expires=99999")?;
    let contact = header(&registered, "Contact")?;
    ensure(contact.contains("sip:alice@") && contact.contains("expires=7200"), || {
        format!("99999 s should be cut to the default limit of 7200 s: {contact}")
    })?;
    let gone = register(&wire, "expires=0")?;
    ensure(gone.raw(&HeaderName::Contact).is_none(), || "the contact is still listed".to_owned())?;
    wire.is_quiet(Duration::from_millis(100))
}

fn register(wire: &Wire, parameter: &str) -> Outcome<Message> {
    let caller = Caller::new(wire, "alice", "alice").with_contact_parameter(parameter);
    caller.send(&Method::Register, None, None)?;
    let challenge = wire.expect("401 REGISTER")?;
    caller.send(&Method::Register, None, Some(&challenge))?;
    wire.expect("200 REGISTER")
}
