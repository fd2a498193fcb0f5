//! Calls that the exchange itself refuses.

use libtest_mimic::Trial;

use crate::harness::{Exchange, Folder, Outcome, Scene, Sipp, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("refusals::an_unknown_number_is_404", &["sipp"], |scene| {
            refused(scene, "alice", "999", 0, 404)?.says("rejected because extension not found")
        }),
        trial("refusals::no_common_codec_is_488", &["sipp"], |scene| {
            refused(scene, "alice", "100", 18, 488)?.says("rejected because no codec in common")
        }),
        trial("refusals::a_wrong_secret_is_401_again", &["sipp"], wrong_secret),
        trial("refusals::an_unknown_user_is_401_again", &["sipp"], |scene| {
            refused(scene, "nobody", "100", 0, 401).map(drop)
        }),
    ]
}

fn exchange(scene: &Scene) -> Outcome<Exchange> {
    Exchange::start(
        scene,
        &Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Answer()\n same => n,Echo()"),
    )
}

/// `format` is the only payload type that is offered; 18 is G.729.
fn refused(scene: &Scene, phone: &str, number: &str, format: u8, status: u16) -> Outcome<Exchange> {
    let exchange = exchange(scene)?;
    let caller = Sipp::new(scene, "call_refused")?.playing(phone);
    let caller = caller.to(number).fill("formats", format).fill("status", status);
    caller.call(exchange.sip_address())?.succeeds()?;
    exchange.is_idle()?;
    Ok(exchange)
}

fn wrong_secret(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let caller = Sipp::new(scene, "call_refused")?.with_secret("alice", "looking-glass");
    let source = caller.at();
    let caller = caller.to("100").fill("formats", 0).fill("status", 401);
    caller.call(exchange.sip_address())?.succeeds()?;
    exchange.says(&source.to_string())?;
    exchange.is_idle()
}
