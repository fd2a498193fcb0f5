//! Advice of charge from a provider to a phone (3GPP TS 24.647).

use libtest_mimic::Trial;
use sip_parser::{Message, Method, MultipartBuilder, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("charges::a_phone_is_told_what_its_call_costs", &[], told),
        trial("charges::a_phone_that_is_not_to_know_is_told_nothing", &[], kept_back),
    ]
}

const TYPE: &str = "application/vnd.etsi.aoc+xml";

/// A document of one kind: `aoc-s`, `aoc-d`, `aoc-e`.
fn aoc(kind: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><aoc xmlns=\"http://uri.etsi.org/ngn/params/xml/simservs/aoc\"><{kind}>\
         <recorded-charges><recorded-currency-units><currency-id>EUR</currency-id><currency-amount>0.25\
         </currency-amount></recorded-currency-units></recorded-charges></{kind}></aoc>"
    )
}

struct Stage {
    exchange: Exchange,
    phone: Wire,
    provider: Wire,
    media: Media,
}

fn stage(scene: &Scene, phone: &str) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("phone", (b, SIP_PORT).into(), phone)
        .desk("provider", (a, SIP_PORT).into())
        .dialplan("exten => out,1,Dial(PJSIP/provider,20)\nexten => via,1,Dial(Local/out@phones,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok(Stage {
        provider: Wire::bind(a, at)?,
        phone: Wire::bind(b, at)?,
        media: Media::start(b, 440)?,
        exchange,
    })
}

impl Stage {
    /// The phone calls; the provider rings and answers with a tariff, in 180 and beside its description.
    fn call(&self, phone: &Caller<'_>) -> Outcome<(Message, Message, Message)> {
        phone.send(&Method::Invite, Some(&self.media.description("sendrecv")), None)?;
        let invite = self.provider.expect("INVITE")?;
        let ringing = ResponseBuilder::reply(&invite, 180)
            .to_tag("p")
            .header("Contact", self.provider.contact("p"))
            .body(TYPE, aoc("aoc-s").as_bytes());
        self.provider.send(&ringing.build())?;
        let ringing = self.phone.await_any(&["180 INVITE"])?;
        let (content_type, body) = MultipartBuilder::new()
            .part("application/sdp", &[], self.media.description("sendrecv").as_bytes())
            .part(TYPE, &[], aoc("aoc-s").as_bytes())
            .build();
        let answer = ResponseBuilder::reply(&invite, 200)
            .to_tag("p")
            .header("Contact", self.provider.contact("p"))
            .body(&content_type, &body);
        self.provider.send(&answer.build())?;
        self.provider.expect("ACK")?;
        let answer = self.phone.await_any(&["200 INVITE"])?;
        phone.ack_answer(&answer)?;
        Ok((invite, ringing, answer))
    }

    /// Once so many channels have been joined, the provider says what it has cost so far, and hangs up with what it has cost in all.
    fn charge_and_end(&self, provider: &Caller<'_>, joined: usize) -> Outcome {
        wait::until("the parties to be joined", || {
            Ok((self.exchange.count("joined 'simple_bridge'")? >= joined).then_some(()))
        })?;
        provider.say_type(TYPE);
        provider.send(&Method::Info, Some(&aoc("aoc-d")), None)?;
        self.provider.await_any(&["200 INFO"])?;
        provider.send(&Method::Info, Some("<aoc><nothing/></aoc>"), None)?;
        self.provider.await_any(&["200 INFO"])?;
        provider.send(&Method::Bye, Some(&aoc("aoc-e")), None)?;
        self.provider.await_any(&["200 BYE"])?;
        Ok(())
    }
}

fn holds(message: &Message, wanted: Option<&str>) -> Outcome {
    let found = message.body_of("application", "vnd.etsi.aoc+xml").map(String::from_utf8_lossy);
    let wanted = wanted.map(aoc);
    ensure(found.as_deref() == wanted.as_deref(), || format!("{found:?} and not {wanted:?}"))
}

fn told(scene: &Scene) -> Outcome {
    let stage = stage(scene, "send_aoc=yes")?;
    for (number, joined) in [("out", 2), ("via", 6)] {
        let phone = Caller::new(&stage.phone, "phone", number);
        let (invite, ringing, answer) = stage.call(&phone)?;
        holds(&ringing, Some("aoc-s"))?;
        holds(&answer, Some("aoc-s"))?;
        ensure(answer.session_description().is_some(), || "the description is lost".to_owned())?;
        let provider = Caller::answered(&stage.provider, "p", &invite, "p")?;
        stage.charge_and_end(&provider, joined)?;
        let info = stage.phone.expect("INFO")?;
        holds(&info, Some("aoc-d"))?;
        stage.phone.respond(&info, 200, "")?;
        let bye = stage.phone.expect("BYE")?;
        holds(&bye, Some("aoc-e"))?;
        stage.phone.respond(&bye, 200, "")?;
        stage.exchange.is_idle()?;
    }
    Ok(())
}

fn kept_back(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let phone = Caller::new(&stage.phone, "phone", "out");
    let (invite, ringing, answer) = stage.call(&phone)?;
    holds(&ringing, None)?;
    holds(&answer, None)?;
    let provider = Caller::answered(&stage.provider, "p", &invite, "p")?;
    stage.charge_and_end(&provider, 2)?;
    let bye = stage.phone.expect("BYE")?;
    holds(&bye, None)?;
    stage.phone.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}
