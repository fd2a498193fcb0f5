//! Security mechanisms that are agreed on with a provider (RFC 3329), as the network of Deutsche Telekom wants them.

use libtest_mimic::Trial;
use sip_parser::{HeaderName, Message, Method, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("security_mechanisms::a_provider_has_its_mechanisms_said_back", &[], said_back)]
}

const OWN: &str = "sdes-srtp;mediasec";
const SERVERS: &str = "msrp-tls;mediasec, sdes-srtp;mediasec, dtls-srtp;mediasec";

fn values(message: &Message, name: &HeaderName) -> Vec<String> {
    message.values(name).map(str::to_owned).collect()
}

/// What a request says of our mechanisms and of the provider's.
fn says(request: &Message, own: &[&str], servers: &str) -> Outcome {
    let client = values(request, &HeaderName::SecurityClient);
    ensure(client == own, || format!("Security-Client: {client:?}"))?;
    let verify = values(request, &HeaderName::SecurityVerify).join(", ");
    ensure(verify == servers, || format!("Security-Verify: {verify}"))?;
    for name in [HeaderName::Require, HeaderName::ProxyRequire] {
        let tags = values(request, &name);
        ensure(tags.iter().any(|tag| tag == "mediasec"), || format!("{name}: {tags:?}"))?;
    }
    Ok(())
}

fn said_back(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let mechanisms = "security_negotiation=mediasec\nsecurity_mechanisms=sdes-srtp\\;mediasec";
    let folder = Folder::new(scene)?
        .desk("gateway", (b, SIP_PORT).into())
        .desk_with("provider", (a, SIP_PORT).into(), &format!("outbound_auth=provider\n{mechanisms}"))
        .pjsip(&format!(
            "[provider]\ntype=auth\nusername=+49228\npassword=a-long-secret-of-bonn\n\n\
             [trunk]\ntype=registration\nserver_uri=sip:{a}:{SIP_PORT}\nclient_uri=sip:+49228@{a}\n\
             outbound_auth=provider\nmax_random_initial_delay=0\n{mechanisms}\n"
        ))
        .dialplan("exten => out,1,Dial(PJSIP/provider,20)");
    let at = (folder.address(), SIP_PORT).into();
    let (provider, caller) = (Wire::bind(a, at)?, Wire::bind(b, at)?);
    let exchange = Exchange::start(scene, &folder)?;
    // Registered, after a challenge that tells the provider's mechanisms.
    let register = provider.expect("REGISTER")?;
    says(&register, &[OWN], "")?;
    let challenge = ResponseBuilder::reply(&register, 401)
        .to_tag("t")
        .header("WWW-Authenticate", "Digest realm=\"tel\", nonce=\"n1\", algorithm=MD5")
        .header("Security-Server", SERVERS);
    provider.send(&challenge.build())?;
    let register = provider.expect("REGISTER")?;
    says(&register, &[OWN], SERVERS)?;
    ensure(register.raw(&HeaderName::Authorization).is_some(), || "no credentials".to_owned())?;
    let contact = register.raw(&HeaderName::Contact).unwrap_or_default().to_owned();
    let granted = ResponseBuilder::reply(&register, 200)
        .to_tag("t")
        .header("Contact", contact)
        .header("Security-Server", SERVERS);
    provider.send(&granted.build())?;
    crate::harness::wait::until("the registration", || {
        Ok(exchange.console("pjsip show registrations")?.contains("Registered").then_some(()))
    })?;
    // Every request of a call says them back.
    let media = Media::start(b, 440)?;
    let gateway = Caller::new(&caller, "gateway", "out");
    gateway.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
    let invite = provider.expect("INVITE")?;
    says(&invite, &[], SERVERS)?;
    provider.respond_in_dialog(&invite, 200, "p", Some(&media.description("sendrecv")))?;
    provider.expect("ACK")?;
    let answer = caller.await_any(&["200 INVITE"])?;
    gateway.ack_answer(&answer)?;
    gateway.send(&Method::Bye, None, None)?;
    caller.await_any(&["200 BYE"])?;
    let bye = provider.expect("BYE")?;
    says(&bye, &[], SERVERS)?;
    provider.respond(&bye, 200, "")?;
    exchange.is_idle()
}
