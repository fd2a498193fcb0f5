//! SIP over WebSockets (RFC 7118): a scripted browser registers, calls and is called.

use std::net::SocketAddr;

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::media::place_in;
use crate::harness::wire::{Caller, header};
use crate::harness::{
    Authority, Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial, wait,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("browsers::one_calls_a_phone", &["baresip"], |scene| calls(scene, false)),
        trial("browsers::one_calls_a_phone_in_secret", &["baresip"], |scene| calls(scene, true)),
        trial("browsers::one_is_called_over_its_connection", &["baresip"], |scene| is_called(scene, false)),
        trial("browsers::one_is_called_in_secret", &["baresip"], |scene| is_called(scene, true)),
        trial("browsers::one_that_vanishes_is_no_contact_any_more", &[], vanishes),
    ]
}

const DIALPLAN: &str = "exten => bob,1,Dial(PJSIP/bob,30)\nexten => web,1,Dial(PJSIP/web,30)";

/// An exchange, and a browser that is registered as `web`.
fn start(scene: &Scene, secret: bool) -> Outcome<(Exchange, Wire)> {
    let authority = Authority::new("web")?;
    let folder = Folder::new(scene)?.web().phone("web").phone("bob").dialplan(DIALPLAN);
    authority.give_exchange(folder.path(), folder.address())?;
    let exchange = Exchange::start(scene, &folder)?;
    let at = SocketAddr::from((folder.address(), if secret { 8089 } else { 8088 }));
    let browser = register(at, secret.then_some(&authority))?;
    Ok((exchange, browser))
}

/// A browser that is registered as `web`; over TLS where it believes somebody.
fn register(at: SocketAddr, authority: Option<&Authority>) -> Outcome<Wire> {
    let browser = Wire::browse(at, authority)?;
    let caller = Caller::new(&browser, "web", "web").with_contact_parameter("expires=60");
    caller.send(&Method::Register, None, None)?;
    let challenge = browser.expect("401 REGISTER")?;
    let via = if authority.is_some() { "SIP/2.0/WSS" } else { "SIP/2.0/WS" };
    ensure(header(&challenge, "Via")?.starts_with(via), || "the Via came back otherwise".to_owned())?;
    caller.send(&Method::Register, None, Some(&challenge))?;
    browser.expect("200 REGISTER")?;
    Ok(browser)
}

fn calls(scene: &Scene, secret: bool) -> Outcome {
    let (exchange, browser) = start(scene, secret)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let media = Media::start(scene.address()?, 440)?;
    let caller = Caller::new(&browser, "web", "bob");
    caller.invite(&media.description("sendrecv"))?;
    let answer = browser.await_any(&["200 INVITE"])?;
    let contact = header(&answer, "Contact")?;
    ensure(contact.contains(";transport=ws>"), || {
        format!("the exchange cannot be called back at {contact}")
    })?;
    media.send_to(Some(place_in(answer.body())?));
    caller.ack_answer(&answer)?;
    media.hears(1_000)?;
    bob.hears(440)?;
    bob.hang_up()?;
    let bye = browser.await_any(&["BYE"])?;
    browser.respond(&bye, 200, "")?;
    exchange.is_idle()
}

fn is_called(scene: &Scene, secret: bool) -> Outcome {
    let (exchange, browser) = start(scene, secret)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let media = Media::start(scene.address()?, 440)?;
    bob.dial("web")?;
    let invite = browser.expect("INVITE")?;
    media.send_to(Some(place_in(invite.body())?));
    browser.respond(&invite, 180, "web")?;
    bob.hears_ringing()?;
    browser.respond_in_dialog(&invite, 200, "web", Some(&media.description("sendrecv")))?;
    browser.expect("ACK")?;
    media.hears(1_000)?;
    bob.hears(440)?;
    bob.hang_up()?;
    let bye = browser.expect("BYE")?;
    browser.respond(&bye, 200, "")?;
    exchange.is_idle()
}

/// With its connection, or with the exchange: nobody but the browser can open another.
fn vanishes(scene: &Scene) -> Outcome {
    let (mut exchange, browser) = start(scene, false)?;
    let is_listed = |exchange: &Exchange| -> Outcome<bool> {
        Ok(exchange.console("pjsip show contacts")?.contains("web/"))
    };
    ensure(is_listed(&exchange)?, || "the browser is no contact".to_owned())?;
    drop(browser);
    wait::until("the contact to go", || Ok((!is_listed(&exchange)?).then_some(())))?;
    let again = register(SocketAddr::from((exchange.sip_address().ip(), 8088)), None)?;
    ensure(is_listed(&exchange)?, || "it did not come back".to_owned())?;
    exchange.kill_and_start_again(scene)?;
    drop(again);
    ensure(!is_listed(&exchange)?, || "the contact of a connection that is gone came back".to_owned())
}
