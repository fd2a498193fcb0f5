//! Callers who are signed for and verified (STIR/SHAKEN, RFC 8224).

use std::time::SystemTime;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};
use stir_shaken::{Attestation, IdentityHeader, Party, Passport, Shaken, SigningKey};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Authority, Exchange, Folder, Media, Outcome, Scene, WebServer, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("stir_shaken::one_exchange_signs_and_the_other_verifies", &[], signed_and_verified),
        trial("stir_shaken::a_changed_identity_is_refused", &[], changed),
        trial("stir_shaken::nobody_waits_for_the_certificate_of_another_call", &[], waiting),
        trial("stir_shaken::neighbours_are_not_asked_for_certificates", &[], neighbours),
    ]
}

const CALLER: &str = "12025550143";
const CALLED: &str = "12025550177";

/// What the dialplan of an exchange says of its callers.
const JUDGED: &str = "exten => _X.,1,NoOp(judged ${STIR_SHAKEN(count)}: ${STIR_SHAKEN(0,identity)} \
${STIR_SHAKEN(0,attestation)} ${STIR_SHAKEN(0,verify_result)})
 same => n,Ringing()
 same => n,Answer()
 same => n,Wait(30)";

/// A carrier, its certificate behind an address, and the files of the authorities.
struct Carrier {
    authority: Authority,
    key: String,
    server: WebServer,
}

impl Carrier {
    fn new(scene: &Scene) -> Outcome<Self> {
        let authority = Authority::new("carriers")?;
        let (certificate, key) = authority.carrier()?;
        let server = WebServer::start(scene.address()?, &authority, &certificate)?;
        Ok(Self { authority, key, server })
    }

    /// An exchange that verifies callers from `trunk`, which is at that address.
    fn verifier(&self, scene: &Scene, trunk: std::net::Ipv4Addr, lines: &str) -> Outcome<Exchange> {
        let folder = Folder::new(scene)?
            .desk("desk", (trunk, SIP_PORT).into())
            .pjsip(&format!(
                "[trunk](phone)\nstir_shaken_profile=carrier\nidentify_by=ip\n\n\
                 [trunk]\ntype=identify\nendpoint=trunk\nmatch={trunk}\n"
            ))
            .dialplan(JUDGED);
        let believed = self.authority.write(folder.path(), "carriers.pem")?;
        folder.write_file(
            "stir_shaken.conf",
            &format!(
                "[verification]\nca_file=carriers.pem\nrelax_x5u_port_scheme_restrictions=yes\n\n\
                 [carrier]\ntype=profile\nendpoint_behavior=verify\n{lines}\n"
            ),
        )?;
        Exchange::start_believing(scene, &folder, Some(believed))
    }

    /// An identity for a call to [`CALLED`].
    fn identity(&self, caller: &str, url: &str) -> Outcome<String> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let passport = Passport {
            x5u: url.to_owned(),
            orig: Party::number(caller).ok_or("a number")?,
            dest: vec![Party::number(CALLED).ok_or("a number")?],
            iat: now,
            shaken: Some(Shaken { attest: Attestation::Full, origid: "1".to_owned() }),
            mky: Vec::new(),
        };
        Ok(IdentityHeader::sign(&passport, &SigningKey::from_pem(self.key.as_bytes())?)?.to_string())
    }
}

/// Lets certificates come from this machine.
const NEAR: &str = "x5u_deny=0.0.0.0/0\nx5u_permit=127.0.0.0/8\nignore_sip_date_header=yes";

/// A phone calls through its exchange, which signs; the other exchange fetches the certificate once.
fn signed_and_verified(scene: &Scene) -> Outcome {
    let carrier = Carrier::new(scene)?;
    let (near, gateway) = (Folder::new(scene)?, scene.address()?);
    let access = "x5u_deny=0.0.0.0/0\nx5u_permit=127.0.0.0/8\nfailure_action=reject_request";
    let far = carrier.verifier(scene, near.address(), access)?;
    let near = near
        .desk("gateway", (gateway, SIP_PORT).into())
        .pjsip(&format!(
            "[far](phone)\naors=far\nstir_shaken_profile=carrier\n\n\
             [far]\ntype=aor\ncontact=sip:{}\n",
            far.sip_address()
        ))
        .dialplan(
            "exten => _1X.,1,Set(CALLERID(num)=+12025550143)\n same => n,Dial(PJSIP/${EXTEN}@far,10)\n\
             exten => _9X.,1,Set(CALLERID(num)=12025550199)\n same => n,Dial(PJSIP/${EXTEN:1}@far,10)\n \
             same => n,NoOp(refused as ${HANGUPCAUSE})",
        );
    near.write_file("carrier.key", &carrier.key)?;
    near.write_file(
        "stir_shaken.conf",
        &format!(
            "[attestation]\nprivate_key_file=carrier.key\nattest_level=B\n\n\
             [{CALLER}]\ntype=tn\npublic_cert_url={}\nattest_level=A\n\n\
             [carrier]\ntype=profile\nendpoint_behavior=attest\n",
            carrier.server.url()
        ),
    )?;
    let near = Exchange::start(scene, &near)?;
    let (phone, media) = (Wire::bind(gateway, near.sip_address())?, Media::start(gateway, 440)?);
    for call in 1..=2 {
        let caller = Caller::new(&phone, "gateway", CALLED);
        caller.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
        let answer = phone.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        let judged = format!("judged 1: +{CALLER} A success");
        crate::harness::wait::until("the verdict", || Ok((far.count(&judged)? == call).then_some(())))?;
        caller.send(&Method::Bye, None, None)?;
        phone.await_any(&["200 BYE"])?;
        near.is_idle()?;
        far.is_idle()?;
    }
    ensure(carrier.server.asked() == 1, || {
        format!("the certificate was fetched {} times", carrier.server.asked())
    })?;
    // A number of nobody's is not signed for, and does not come through.
    let stranger = Caller::new(&phone, "gateway", &format!("9{CALLED}"));
    stranger.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
    near.says("refused as ")?;
    let shown = near.console("stir_shaken show tns")?;
    ensure(shown.contains(CALLER) && shown.contains("1 number"), || shown.clone())?;
    let shown = far.console("stir_shaken show eprofile carrier")?;
    ensure(shown.contains("reject_request") && shown.contains("authorities"), || shown.clone())?;
    far.is_idle()
}

/// A trunk that the test plays, and what it is answered.
struct Trunk {
    wire: Wire,
    media: Media,
}

impl Trunk {
    fn new(exchange: &Exchange, address: std::net::Ipv4Addr) -> Outcome<Self> {
        Ok(Self { wire: Wire::bind(address, exchange.sip_address())?, media: Media::start(address, 440)? })
    }

    /// Calls as `number`, and waits for one of these.
    fn call(&self, number: &str, headers: &[(&str, &str)], wanted: &[&str]) -> Outcome<Message> {
        let caller = Caller::new(&self.wire, number, CALLED);
        caller.send_with(&Method::Invite, headers, Some(&self.media.description("sendrecv")), None)?;
        let response = self.wire.await_any(wanted)?;
        if response.status().is_some_and(|status| status >= 300) {
            caller.ack_failure(&response)?;
        }
        Ok(response)
    }

    fn refused(&self, number: &str, headers: &[(&str, &str)], status: &str) -> Outcome {
        let title = format!("{status} INVITE");
        self.call(number, headers, &[&title]).map(drop)
    }
}

fn changed(scene: &Scene) -> Outcome {
    let carrier = Carrier::new(scene)?;
    let address = scene.address()?;
    let exchange = carrier.verifier(scene, address, &format!("{NEAR}\nfailure_action=reject_request"))?;
    let trunk = Trunk::new(&exchange, address)?;
    let good = carrier.identity(CALLER, &carrier.server.url())?;
    // Another caller than the one that was signed for.
    trunk.refused("12025550199", &[("Identity", &good)], "438")?;
    // The claims of another call under the signature of this one.
    let other = carrier.identity("12025550199", &carrier.server.url())?;
    let token = |header: &str| Some(header.split_once(';')?.0.to_owned());
    let (good_token, other_token) = (token(&good).ok_or("a token")?, token(&other).ok_or("a token")?);
    let (claims, _) = other_token.rsplit_once('.').ok_or("a token")?;
    let (_, signature) = good_token.rsplit_once('.').ok_or("a token")?;
    let forged = other.replace(&other_token, &format!("{claims}.{signature}"));
    let refusal = trunk.call("12025550199", &[("y", &forged)], &["438 INVITE"])?;
    let line = String::from_utf8_lossy(refusal.as_bytes()).into_owned();
    ensure(line.starts_with("SIP/2.0 438 Invalid Identity Header"), || line)?;
    // A certificate that no authority has given, and none at all.
    let stranger = Carrier::new(scene)?;
    let strange = stranger.identity(CALLER, &carrier.server.url())?;
    trunk.refused(CALLER, &[("Identity", &strange)], "438")?;
    trunk.refused(CALLER, &[], "428")?;
    trunk.refused("anonymous", &[("Identity", &good)], "433")?;
    // The right one goes through, also by its compact name.
    let answer = trunk.call(CALLER, &[("y", &good)], &["200 INVITE"])?;
    exchange.says(&format!("judged 1: {CALLER} A success"))?;
    ensure(header(&answer, "Reason").is_err(), || {
        "a caller who is verified was told of something".to_owned()
    })?;
    ensure(exchange.count("judged ")? == 1, || "a call that was refused reached the dialplan".to_owned())
}

fn waiting(scene: &Scene) -> Outcome {
    let carrier = Carrier::new(scene)?;
    let (address, other) = (scene.address()?, scene.address()?);
    let lines = format!("{NEAR}\ncurl_timeout=3\nfailure_action=continue_return_reason");
    let exchange = carrier.verifier(scene, address, &lines)?;
    let trunk = Trunk::new(&exchange, address)?;
    let silent = WebServer::silent(other)?;
    let waits = Caller::new(&trunk.wire, CALLER, CALLED);
    let identity = carrier.identity(CALLER, &silent.url())?;
    let identity = [("Identity", identity.as_str())];
    let description = trunk.media.description("sendrecv");
    let invite = waits.send_with(&Method::Invite, &identity, Some(&description), None)?;
    trunk.wire.expect("100 INVITE")?;
    // Another call is verified and answered meanwhile.
    let good = carrier.identity(CALLER, &carrier.server.url())?;
    trunk.call(CALLER, &[("Identity", &good)], &["200 INVITE"])?;
    exchange.says(&format!("judged 1: {CALLER} A success"))?;
    // The one that waits can be taken back.
    waits.cancel(&invite)?;
    let refusal = trunk.wire.await_any(&["487 INVITE"])?;
    waits.ack_failure(&refusal)?;
    // One that waits until the end goes on, and its caller is told.
    let ringing = trunk.call(CALLER, &identity, &["180 INVITE"])?;
    let reason = header(&ringing, "Reason")?;
    ensure(reason == "SIP;cause=436;text=\"Bad Identity Info\"", || reason.to_owned())?;
    exchange.says(&format!("judged 1: {CALLER} A cert_retrieval_failure"))
}

fn neighbours(scene: &Scene) -> Outcome {
    let carrier = Carrier::new(scene)?;
    let address = scene.address()?;
    let exchange = carrier.verifier(scene, address, "ignore_sip_date_header=yes")?;
    let trunk = Trunk::new(&exchange, address)?;
    let identity = carrier.identity(CALLER, &carrier.server.url())?;
    trunk.call(CALLER, &[("Identity", &identity)], &["200 INVITE"])?;
    exchange.says(&format!("judged 1: {CALLER} A cert_retrieval_failure"))?;
    ensure(carrier.server.asked() == 0, || "a neighbour was asked".to_owned())
}
