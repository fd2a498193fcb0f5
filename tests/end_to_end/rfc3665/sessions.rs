//! Section 3, sessions that come to be.

use std::net::{IpAddr, SocketAddr};

use libtest_mimic::Trial;
use sip_parser::Message;

use super::{CALLEE_HANGS_UP, CALLER_HEARS_BYE, TwoExchanges, peer};
use crate::harness::dns::NameServer;
use crate::harness::folder::{SIP_PORT, secret_of};
use crate::harness::media::place_in;
use crate::harness::wire::{branch, from_tag, header, to_tag};
use crate::harness::{Exchange, Folder, Ladder, Media, Outcome, Scene, Sipp, Wire, ensure, trial, wait};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("rfc3665::3_1_successful_session_establishment", &["sipp"], establishment),
        trial("rfc3665::3_2_session_through_two_proxies", &["sipp"], two_proxies),
        trial("rfc3665::3_3_session_with_multiple_proxy_authentication", &["sipp"], two_secrets),
        trial("rfc3665::3_4_successful_session_with_proxy_failure", &["sipp"], proxy_failure),
        trial("rfc3665::3_5_session_through_a_sip_alg", &["sipp"], gateway),
        trial("rfc3665::3_6_session_with_sdp_in_ack", &["sipp"], late_offer),
        trial("rfc3665::3_7_session_with_reinvite_for_a_new_ip_address", &["sipp"], new_address),
    ]
}

/// The caller of a call that Bob hangs up.
fn caller<'a>(scene: &'a Scene, scenario: &str) -> Outcome<Sipp<'a>> {
    Ok(Sipp::new(scene, scenario)?.to("bob"))
}

/// What a challenged caller sees, up to its second INVITE; the rest is that of any call.
fn challenged(ladder: &Ladder) -> Outcome {
    let expected = [&["-> INVITE", "<- 401 INVITE", "-> ACK"][..], &CALLER_HEARS_BYE].concat();
    ladder.is(&expected)?;
    let (refused, again) = (ladder.first("-> INVITE")?, ladder.last("-> INVITE")?);
    let ack = ladder.first("-> ACK")?;
    ensure(branch(ack)? == branch(refused)? && branch(again)? != branch(refused)?, || "branches".to_owned())?;
    ensure(again.call_id()? == refused.call_id()?, || "the second INVITE has another Call-ID".to_owned())?;
    let challenge = ladder.last("<- 401 INVITE")?;
    ensure(to_tag(ladder.last("<- 200 INVITE")?)? != to_tag(challenge)?, || {
        "the dialog has the tag of the challenge".to_owned()
    })
}

/// 180, 200 and BYE belong to one dialog.
fn is_one_dialog(ladder: &Ladder) -> Outcome {
    let answer = ladder.last("<- 200 INVITE")?;
    let (ringing, bye) = (ladder.last("<- 180 INVITE")?, ladder.last("<- BYE")?);
    ensure(to_tag(ringing)? == to_tag(answer)?, || "180 and 200 have different tags".to_owned())?;
    ensure(from_tag(bye)? == to_tag(answer)?, || "the BYE has another tag than the 200".to_owned())?;
    ensure(to_tag(bye)? == from_tag(answer)?, || "the BYE is for another tag".to_owned())?;
    ensure(bye.call_id()? == answer.call_id()?, || "the BYE has another Call-ID".to_owned())
}

/// The two sides of an exchange are calls of their own (see the module).
fn are_two_calls(hers: &Ladder, his: &Ladder) -> Outcome {
    let (asked, sent) = (hers.last("-> INVITE")?, his.last("<- INVITE")?);
    ensure(asked.call_id()? != sent.call_id()?, || "both sides have one Call-ID".to_owned())?;
    ensure(from_tag(asked)? != from_tag(sent)?, || "both sides have one From tag".to_owned())?;
    let via = |message: &Message| message.values(&sip_parser::HeaderName::Via).count();
    ensure(via(sent) == 1, || format!("{} Vias came to Bob", via(sent)))
}

/// Both sides of a call that Bob takes and hangs up.
fn was_hung_up_by_bob(hers: &Ladder, his: &Ladder) -> Outcome {
    his.is(&CALLEE_HANGS_UP)?;
    is_one_dialog(hers)?;
    are_two_calls(hers, his)
}

/// No proxy stands in between: the exchange itself is Bob, who rings, answers, and hangs up.
fn establishment(scene: &Scene) -> Outcome {
    let alice = caller(scene, "rfc3665/caller_hears_bye")?.fill("phone", "alice");
    let folder = peer(Folder::new(scene)?, "alice", alice.address()).dialplan(
        "exten => bob,1,Ringing()\n same => n,Wait(0.2)\n same => n,Answer()\n same => n,Wait(0.2)",
    );
    let exchange = Exchange::start(scene, &folder)?;
    let ladder = alice.call(exchange.sip_address())?.climbs()?;
    ladder.is(&CALLER_HEARS_BYE)?;
    is_one_dialog(&ladder)?;
    place_in(ladder.last("<- 200 INVITE")?.body())?;
    exchange.is_idle()
}

fn two_proxies(scene: &Scene) -> Outcome {
    let bob = Sipp::new(scene, "rfc3665/callee_hangs_up")?;
    let exchanges = TwoExchanges::start_with_secret(scene, &bob)?;
    let bob = bob.wait_for_calls()?;
    let alice = caller(scene, "rfc3665/caller_shows_credentials")?.playing("alice");
    let hers = alice.call(exchanges.hers.sip_address())?.climbs()?;
    challenged(&hers)?;
    was_hung_up_by_bob(&hers, &bob.climbs()?)?;
    exchanges.are_idle()
}

/// Each proxy asks Alice in the RFC. Here the exchange asks her, and answers the second proxy with a secret of its own:
/// she sees one challenge.
fn two_secrets(scene: &Scene) -> Outcome {
    let proxy = Sipp::new(scene, "rfc3665/proxy_asks_for_credentials")?.with_secret("proxy", "unused");
    let folder = Folder::new(scene)?.phone("alice").pjsip(&trunk(&format!("sip:{}", proxy.at())));
    let exchange = Exchange::start(scene, &folder.dialplan("exten => bob,1,Dial(PJSIP/bob@trunk,30)"))?;
    let proxy = proxy.wait_for_calls()?;
    let alice = caller(scene, "rfc3665/caller_shows_credentials")?.playing("alice");
    let hers = alice.call(exchange.sip_address())?.climbs()?;
    challenged(&hers)?;
    behind_a_challenge(&hers, &proxy.climbs()?)?;
    exchange.is_idle()
}

/// A trunk to a proxy that asks for credentials.
fn trunk(contact: &str) -> String {
    let secret = secret_of("trunk");
    format!(
        "[trunk](phone)\naors=trunk\noutbound_auth=trunk\n\n[trunk]\ntype=aor\ncontact={contact}\n\n\
         [trunk]\ntype=auth\nusername=trunk\npassword={secret}\n"
    )
}

/// The side of Bob where his proxy asks for credentials, and is shown those of the trunk.
fn behind_a_challenge(hers: &Ladder, his: &Ladder) -> Outcome {
    let ringing = CALLEE_HANGS_UP[1..].iter().copied();
    let expected = ["<- INVITE", "-> 407 INVITE", "<- ACK", "<- INVITE", "-> 100 INVITE"];
    his.is(&expected.into_iter().chain(ringing).collect::<Vec<_>>())?;
    let (first, second) = (his.first("<- INVITE")?, his.last("<- INVITE")?);
    ensure(first.call_id()? == second.call_id()?, || "another Call-ID after the challenge".to_owned())?;
    ensure(first.cseq()?.number + 1 == second.cseq()?.number, || "CSeq does not count".to_owned())?;
    let shown = header(second, "Proxy-Authorization")?;
    ensure(shown.contains("username=\"trunk\"") && shown.contains("biloxi.example.com"), || {
        shown.to_owned()
    })?;
    is_one_dialog(hers)?;
    are_two_calls(hers, his)
}

/// Alice tries two proxies in the RFC; here it is her exchange that finds both by SRV records. The first one says
/// nothing. It is left after four seconds and not after 32, and what goes to the second one is the same INVITE
/// (RFC 3263 section 4.3).
fn proxy_failure(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    let second = Sipp::new(scene, "rfc3665/proxy_asks_for_credentials")?.with_secret("proxy", "unused");
    let folder = Folder::new(scene)?.phone("alice").pjsip(&trunk("sip:biloxi.example.com"));
    let folder = folder.dialplan("exten => bob,1,Dial(PJSIP/bob@trunk,30)");
    folder.write_file("resolver_unbound.conf", &names.resolver_conf())?;
    let exchange = Exchange::start(scene, &folder)?;
    let silent = Wire::bind(scene.address()?, exchange.sip_address())?;
    let servers = "_sip._udp.biloxi.example.com";
    names.naptr("biloxi.example.com", 10, "SIP+D2U", servers);
    for (priority, name, address) in
        [(10, "ss1.example.com", silent.address()), (20, "ss2.example.com", second.at())]
    {
        names.srv(servers, priority, SIP_PORT, name);
        let IpAddr::V4(address) = address.ip() else { return Err("not an IPv4 address".into()) };
        names.a(name, address);
    }
    let second = second.wait_for_calls()?;
    let alice = caller(scene, "rfc3665/caller_shows_credentials")?.playing("alice");
    let hers = alice.call(exchange.sip_address())?.climbs()?;
    challenged(&hers)?;
    let his = second.climbs()?;
    behind_a_challenge(&hers, &his)?;
    let (lost, taken) = (silent.expect("INVITE")?, his.first("<- INVITE")?);
    ensure(silent.next_if(std::time::Duration::from_millis(50))?.is_none(), || silent.story())?;
    ensure(silent.repeats() >= 2, || format!("the INVITE was not repeated:\n{}", silent.story()))?;
    ensure(lost.call_id()? == taken.call_id()? && lost.cseq()? == taken.cseq()?, || {
        "two INVITEs".to_owned()
    })?;
    ensure(from_tag(&lost)? == from_tag(taken)?, || "another From tag".to_owned())?;
    ensure(branch(&lost)? != branch(taken)?, || "the branch of the first server again".to_owned())?;
    exchange.is_idle()
}

/// What an application level gateway does, a back-to-back user agent does by its nature: each side sees an address of
/// the exchange wherever the other side's stood.
fn gateway(scene: &Scene) -> Outcome {
    let alice = caller(scene, "rfc3665/caller_hears_bye")?.fill("phone", "alice");
    let bob = Sipp::new(scene, "rfc3665/callee_hangs_up")?;
    let (her_address, his_address) = (alice.address(), bob.address());
    let folder = peer(Folder::new(scene)?, "alice", alice.address()).desk("bob", bob.at());
    let exchange = Exchange::start(scene, &folder.dialplan("exten => bob,1,Dial(PJSIP/bob,30)"))?;
    let bob = bob.wait_for_calls()?;
    let hers = alice.call(exchange.sip_address())?.climbs()?;
    let his = bob.climbs()?;
    hers.is(&CALLER_HEARS_BYE)?;
    was_hung_up_by_bob(&hers, &his)?;
    let (invite, answer) = (his.last("<- INVITE")?, hers.last("<- 200 INVITE")?);
    for (message, other) in [(answer, his_address), (invite, her_address)] {
        let (text, other) = (String::from_utf8_lossy(message.as_bytes()).into_owned(), other.to_string());
        let mut words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
        ensure(!words.any(|word| word == other), || format!("{other} is told:\n{text}"))?;
        let (media, contact) = (place_in(message.body())?, header(message, "Contact")?);
        ensure(media.ip() == exchange.sip_address().ip(), || format!("the audio is at {media}"))?;
        ensure(contact.contains(&exchange.sip_address().to_string()), || format!("Contact: {contact}"))?;
    }
    exchange.is_idle()
}

/// The second half of "Session via Redirect and Proxy Servers with SDP in ACK". A proxy passes an INVITE without an
/// offer on; the exchange offers to Bob by itself, and to Alice in its 200.
fn late_offer(scene: &Scene) -> Outcome {
    let alice = caller(scene, "rfc3665/caller_offers_late")?.fill("phone", "alice");
    let bob = Sipp::new(scene, "rfc3665/callee_hangs_up")?;
    let exchanges = TwoExchanges::start(scene, &alice, &bob, "30")?;
    let bob = bob.wait_for_calls()?;
    let hers = alice.call(exchanges.hers.sip_address())?.climbs()?;
    hers.is(&CALLER_HEARS_BYE)?;
    was_hung_up_by_bob(&hers, &bob.climbs()?)?;
    ensure(hers.last("-> INVITE")?.body().is_empty(), || "the INVITE has an offer".to_owned())?;
    place_in(hers.last("<- 200 INVITE")?.body())?;
    place_in(hers.last("-> ACK")?.body())?;
    exchanges.are_idle()
}

/// Bob's audio moves to another address. The exchange answers his re-INVITE and sends there from then on; Alice, who in
/// the RFC talks to him without a proxy, is asked nothing, for her audio stays where it is.
fn new_address(scene: &Scene) -> Outcome {
    let her_audio = Media::start(scene.address()?, 440)?;
    let (old_audio, new_audio) =
        (Media::start(scene.address()?, 1_000)?, Media::start(scene.address()?, 1_500)?);
    let alice = caller(scene, "rfc3665/caller_hangs_up")?.fill("phone", "alice").fill("length", 3_000);
    let alice = at(alice, "media", "port", her_audio.address());
    let bob = at(Sipp::new(scene, "rfc3665/callee_moves")?, "media", "port", old_audio.address());
    let bob = at(bob, "new_media", "new_port", new_audio.address());
    let folder = peer(Folder::new(scene)?, "alice", alice.address()).desk("bob", bob.at());
    let exchange = Exchange::start(scene, &folder.dialplan("exten => bob,1,Dial(PJSIP/bob,30)"))?;
    let bob = bob.wait_for_calls()?;
    let alice = alice.call(exchange.sip_address())?;
    let answer = wait::until("the answer", || Ok(alice.ladder()?.last("<- 200 INVITE").ok().cloned()))?;
    her_audio.send_to(Some(place_in(answer.body())?));
    old_audio.hears(440)?;
    let taken = wait::until("the move", || Ok(bob.ladder()?.last("<- 200 INVITE").ok().cloned()))?;
    new_audio.send_to(Some(place_in(taken.body())?));
    new_audio.hears(440)?;
    her_audio.hears(1_500)?;
    let (hers, his) = (alice.climbs()?, bob.climbs()?);
    hers.is(&[
        "-> INVITE",
        "<- 100 INVITE",
        "<- 180 INVITE",
        "<- 200 INVITE",
        "-> ACK",
        "-> BYE",
        "<- 200 BYE",
    ])?;
    let his_ladder = [
        "<- INVITE",
        "-> 180 INVITE",
        "-> 200 INVITE",
        "<- ACK",
        "-> INVITE",
        "<- 200 INVITE",
        "-> ACK",
        "<- BYE",
        "-> 200 BYE",
    ];
    // 100 comes where the answer takes more than 200 ms.
    his.is_but_for("<- 100 INVITE", &his_ladder)?;
    ensure(his.last("<- BYE")?.call_id()? == his.first("<- INVITE")?.call_id()?, || {
        "another call".to_owned()
    })?;
    exchange.is_idle()
}

/// Fills in where the audio is.
fn at<'a>(sipp: Sipp<'a>, media: &str, port: &str, address: SocketAddr) -> Sipp<'a> {
    sipp.fill(media, address.ip()).fill(port, address.port())
}
