//! Where callers are, from the one who calls to the one who is called (RFC 6442).

use libtest_mimic::Trial;
use sip_parser::{Message, Method, MultipartBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("geolocation::a_location_by_value_goes_through_the_dialplan", &[], by_value),
        trial("geolocation::a_location_of_the_configuration_is_told", &[], configured),
        trial("geolocation::a_location_by_reference_is_made_of_the_caller", &[], by_reference),
        trial("geolocation::a_location_is_told_to_nobody_without_a_profile", &[], kept_back),
    ]
}

const DIALPLAN: &str =
    "exten => desk,1,Verbose(1,at ${GEOLOC_PROFILE(effective_location)} by ${GEOLOC_PROFILE(method)})
 same => n,Verbose(1,asked ${GEOLOCPROFILESTATUS})
 same => n,Dial(PJSIP/desk,20)
exten => room,1,Set(GEOLOC_PROFILE(location_info_refinement,a)=ROOM=\"7, left\")
 same => n,Set(GEOLOC_PROFILE(format)=XML)
 same => n,Verbose(1,status ${GEOLOCPROFILESTATUS})
 same => n,Dial(Local/desk@phones,20)";

const GEOLOCATION: &str = "[building]
type=location
format=civicAddress
method=Manual
location_info=country=FR, A3=Lyon, RD=\"rue Cl\u{e9}ment\", HNO=7
[office]
type=profile
location_reference=building
location_info_refinement=FLR=${FLOOR}
location_variables=FLOOR=4
pidf_element=tuple
allow_routing_use=yes
usage_rules=retransmission-allowed=yes
notes=call the porter
[lookup]
type=profile
format=URI
location_info=URI='https://geo.example.com/?number=${CALLERID(num)}&to=${EXTEN}'
location_source=geo.example.com
";

const PLACE: &str = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
    xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
    xmlns:ca=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\" entity=\"pres:200@h\"><dm:device id=\"d\">\
    <gp:geopriv><gp:location-info><ca:civicAddress><ca:country>DE</ca:country><ca:A3>Bonn</ca:A3></ca:civicAddress>\
    </gp:location-info><gp:usage-rules/><gp:method>DHCP</gp:method></gp:geopriv></dm:device></presence>";

struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    media: Media,
}

fn stage(scene: &Scene, gateway: &str, desk: &str) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (b, SIP_PORT).into(), gateway)
        .desk_with("desk", (a, SIP_PORT).into(), desk)
        .dialplan(DIALPLAN);
    folder.write_file("geolocation.conf", GEOLOCATION)?;
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok(Stage { desk: Wire::bind(a, at)?, caller: Wire::bind(b, at)?, media: Media::start(b, 440)?, exchange })
}

impl Stage {
    /// The gateway calls, with its place beside its description; the INVITE that the desk gets.
    fn call_from_bonn(&self, gateway: &Caller<'_>) -> Outcome<Message> {
        let (content_type, body) = MultipartBuilder::new()
            .part("application/pidf+xml", &[("Content-ID", "<here@gateway>")], PLACE.as_bytes())
            .part("application/sdp", &[], self.media.description("sendrecv").as_bytes())
            .build();
        gateway.say_type(Box::leak(content_type.into_boxed_str()));
        let headers = [("Geolocation", "<cid:here@gateway>"), ("Geolocation-Routing", "no")];
        let body = String::from_utf8(body)?;
        gateway.send_with(&Method::Invite, &headers, Some(&body), None)?;
        self.desk.expect("INVITE")
    }

    /// The gateway calls without a place; the INVITE that the desk gets.
    fn call(&self, gateway: &Caller<'_>) -> Outcome<Message> {
        gateway.send(&Method::Invite, Some(&self.media.description("sendrecv")), None)?;
        self.desk.expect("INVITE")
    }

    /// The desk answers with a description among other parts, and the gateway hangs up.
    fn converse(&self, gateway: &Caller<'_>, invite: &Message) -> Outcome {
        let (content_type, body) = MultipartBuilder::new()
            .part("text/plain", &[("Content-Disposition", "render;handling=optional")], b"hello")
            .part("application/sdp", &[], self.media.description("sendrecv").as_bytes())
            .build();
        let answer = sip_parser::ResponseBuilder::reply(invite, 200)
            .to_tag("desk")
            .header("Contact", self.desk.contact("desk"))
            .body(&content_type, &body);
        self.desk.send(&answer.build())?;
        self.desk.expect("ACK")?;
        let answer = self.caller.await_any(&["200 INVITE"])?;
        gateway.ack_answer(&answer)?;
        gateway.send(&Method::Bye, None, None)?;
        self.caller.await_any(&["200 BYE"])?;
        let bye = self.desk.expect("BYE")?;
        self.desk.respond(&bye, 200, "")?;
        self.exchange.is_idle()
    }
}

/// The document that the Geolocation header of an INVITE names, beside its description.
fn document(invite: &Message) -> Outcome<String> {
    let value = header(invite, "Geolocation")?;
    let id = value.strip_prefix("<cid:").and_then(|value| value.strip_suffix('>'));
    let id = id.ok_or_else(|| format!("'{value}' names no part"))?;
    ensure(invite.session_description().is_some(), || "there is no description".to_owned())?;
    let parts = invite.parts();
    let named = parts.iter().find(|part| part.content_id() == Some(id) && part.is_optional());
    let named = named.ok_or_else(|| format!("no part is called '{id}', or it must be understood"))?;
    Ok(String::from_utf8(named.body().to_vec())?)
}

fn holds(text: &str, wanted: &[&str]) -> Outcome {
    for wanted in wanted {
        ensure(text.contains(wanted), || format!("'{wanted}' should stand in:\n{text}"))?;
    }
    Ok(())
}

fn by_value(scene: &Scene) -> Outcome {
    let stage = stage(
        scene,
        "geoloc_incoming_call_profile=<prefer_incoming>",
        "geoloc_outgoing_call_profile=<prefer_incoming>",
    )?;
    let gateway = Caller::new(&stage.caller, "gateway", "room");
    let invite = stage.call_from_bonn(&gateway)?;
    stage.exchange.says("status -3")?;
    stage.exchange.says("at country=\"DE\",A3=\"Bonn\",ROOM=\"7, left\" by DHCP")?;
    let text = document(&invite)?;
    holds(&text, &["<ca:A3>Bonn</ca:A3>", "<ca:ROOM>7, left</ca:ROOM>", "<gp:method>DHCP</gp:method>"])?;
    holds(&text, &["entity=\"pres:gateway@", "<dm:device id=\"d\">"])?;
    ensure(header(&invite, "Geolocation-Routing")? == "no", || "it may not be routed by".to_owned())?;
    stage.converse(&gateway, &invite)
}

fn configured(scene: &Scene) -> Outcome {
    let incoming = "geoloc_incoming_call_profile=office";
    let stage = stage(scene, incoming, "geoloc_outgoing_call_profile=<discard_config>")?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    let invite = stage.call_from_bonn(&gateway)?;
    let text = document(&invite)?;
    holds(
        &text,
        &["<ca:RD>rue Cl\u{e9}ment</ca:RD>", "<ca:FLR>4</ca:FLR>", "<gp:method>Manual</gp:method>"],
    )?;
    holds(&text, &["<tuple id=\"tuple\">", "call the porter", "<gbp:retransmission-allowed>yes<"])?;
    ensure(!text.contains("Bonn"), || "what the gateway said was to be discarded".to_owned())?;
    ensure(header(&invite, "Geolocation-Routing")? == "yes", || "it may be routed by".to_owned())?;
    holds(
        &stage.exchange.console("geoloc list profiles")?,
        &["office", "lookup", "<prefer_config>", "building"],
    )?;
    holds(&stage.exchange.console("geoloc show locations")?, &["civicAddress", "A3=\"Lyon\""])?;
    stage.exchange.console("geoloc reload")?;
    stage.converse(&gateway, &invite)
}

fn by_reference(scene: &Scene) -> Outcome {
    let stage = stage(scene, "callerid=\"G\" <+331>", "geoloc_outgoing_call_profile=lookup")?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    // Without a profile for incoming calls nobody believes what the gateway says.
    let invite = stage.call_from_bonn(&gateway)?;
    stage.exchange.says("asked -2")?;
    let value = header(&invite, "Geolocation")?;
    let wanted = "<https://geo.example.com/?number=+331&to=desk>;loc-src=geo.example.com";
    ensure(value == wanted, || format!("not '{value}'"))?;
    ensure(invite.content_type() == Some("application/sdp"), || "there is no document".to_owned())?;
    stage.converse(&gateway, &invite)
}

fn kept_back(scene: &Scene) -> Outcome {
    let stage = stage(scene, "geoloc_incoming_call_profile=office", "")?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    let invite = stage.call(&gateway)?;
    stage.exchange.says("by Manual")?;
    stage.exchange.says("asked 0")?;
    ensure(header(&invite, "Geolocation").is_err(), || "the desk was told".to_owned())?;
    ensure(invite.content_type() == Some("application/sdp"), || "the desk got a document".to_owned())?;
    stage.converse(&gateway, &invite)
}
