//! An exchange behind a translator: those inside see its own address, those outside the translator's.

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("translation::each_side_is_told_the_address_that_it_can_reach", &[], both_sides)]
}

fn says(message: &Message, name: &str, wanted: &str) -> Outcome {
    let value = header(message, name)?;
    ensure(value.contains(wanted), || format!("{name} should hold '{wanted}', not '{value}'"))
}

fn describes(message: &Message, address: &str) -> Outcome {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    ensure(text.contains(&format!("c=IN IP4 {address}\r\n")), || {
        format!("media should be at {address}:\n{text}")
    })
}

fn both_sides(scene: &Scene) -> Outcome {
    let (inside, outside) = (scene.address()?, scene.address()?);
    let transport = format!(
        "[udp](+)\nlocal_net={inside}/32\nexternal_signaling_address=198.51.100.7\nexternal_signaling_port=5099\n\
         external_media_address=198.51.100.8"
    );
    let folder = Folder::new(scene)?
        .pjsip(&transport)
        .desk("office", (inside, SIP_PORT).into())
        .desk("afar", (outside, SIP_PORT).into())
        .dialplan("exten => afar,1,Dial(PJSIP/afar,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (office, afar) = (Wire::bind(inside, at)?, Wire::bind(outside, at)?);
    let media = Media::start(inside, 440)?;
    let caller = Caller::new(&office, "office", "afar");
    caller.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;

    let invite = afar.expect("INVITE")?;
    says(&invite, "Via", "SIP/2.0/UDP 198.51.100.7:5099;")?;
    says(&invite, "Contact", "198.51.100.7:5099>")?;
    describes(&invite, "198.51.100.8")?;
    let answer = sip_parser::ResponseBuilder::reply(&invite, 200)
        .to_tag("afar")
        .header("Contact", afar.contact("afar"))
        .body("application/sdp", media.description("sendrecv").as_bytes());
    afar.send(&answer.build())?;
    afar.expect("ACK")?;

    let answer = office.await_any(&["200 INVITE"])?;
    says(&answer, "Contact", &at.to_string())?;
    describes(&answer, &at.ip().to_string())?;
    caller.ack_answer(&answer)?;
    caller.send(&Method::Bye, None, None)?;
    office.await_any(&["200 BYE"])?;
    let bye = afar.expect("BYE")?;
    says(&bye, "Via", "SIP/2.0/UDP 198.51.100.7:5099;")?;
    afar.respond(&bye, 200, "")?;
    exchange.is_idle()
}
