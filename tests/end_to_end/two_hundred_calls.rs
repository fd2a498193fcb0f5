//! Two hundred calls at once: Wireshark finds that no packet is lost, late or out of order on its way through the exchange.
//!
//! Everybody speaks for a second, a quarter of them at a time, so that this leaves a small machine to other tests. With `LONG=1`
//! in the environment all of them speak for a minute, and the times in transit are printed: for a machine that does nothing else.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::capture::{Capture, Seen, Stream};
use crate::harness::crowd::Crowd;
use crate::harness::folder::SIP_PORT;
use crate::harness::media::{MEDIA_PORT, description, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let name = "two_hundred_calls::tshark_finds_no_packet_lost_late_or_out_of_order";
    vec![trial(name, &["dumpcap", "tshark"], calls)]
}

const CALLS: u16 = 200;

/// How the calls go, and what is expected of them.
struct Plan {
    /// Parts of the calls that speak one after the other.
    parts: usize,
    /// Packets that each phone sends, 50 a second.
    packets: u32,
    /// What half of all packets, all but one in a hundred, and all of them may take on their way.
    bounds: [Duration; 3],
}

/// A packet that takes longer than the time between two of them, 20 ms, is late; 200 ms are what jitter buffers of phones put up
/// with. Beside other tests and builds, one in a hundred may take that long, and one of all may have found its thread asleep.
const SHORT: Plan = Plan {
    parts: 4,
    packets: 50,
    bounds: [Duration::from_millis(20), Duration::from_millis(200), Duration::from_secs(2)],
};
const LONG: Plan = Plan {
    parts: 1,
    packets: 3_000,
    bounds: [Duration::from_millis(5), Duration::from_millis(20), Duration::from_millis(200)],
};

/// One way of a call: what a phone sends, and what becomes of it.
struct Way {
    sent: (SocketAddr, SocketAddr),
    passed_on: (SocketAddr, SocketAddr),
}

fn calls(scene: &Scene) -> Outcome {
    let is_long = std::env::var("LONG").is_ok_and(|long| long == "1");
    let plan = if is_long { LONG } else { SHORT };
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk("office", (here, SIP_PORT).into())
        .desk("afar", (there, SIP_PORT).into())
        .dialplan("exten => afar,1,Dial(PJSIP/afar,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (office, afar) = (Wire::bind(here, at)?, Wire::bind(there, at)?);
    let (mut crowd, mut ways, mut callers) = (Crowd::default(), Vec::new(), Vec::new());
    for number in 0..CALLS {
        let port = MEDIA_PORT + 2 * number;
        let (near, far) = (SocketAddr::from((here, port)), SocketAddr::from((there, port)));
        let caller = Caller::new(&office, "office", "afar");
        caller.send(&Method::Invite, Some(&offer(near)), None)?;
        let invite = afar.await_any(&["INVITE"])?;
        afar.respond_in_dialog(&invite, 200, &format!("far-{number}"), Some(&offer(far)))?;
        let answer = office.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        afar.await_any(&["ACK"])?;
        let (near_leg, far_leg) = (place_in(answer.body())?, place_in(invite.body())?);
        ways.push(Way { sent: (near, near_leg), passed_on: (far_leg, far) });
        ways.push(Way { sent: (far, far_leg), passed_on: (near_leg, near) });
        crowd.join(near, near_leg)?;
        crowd.join(far, far_leg)?;
        callers.push(caller);
    }
    let filter = format!(
        "udp and host {} and portrange 8000-20000 and udp[0:2] & 1 = 0 and udp[2:2] & 1 = 0",
        folder.address()
    );
    // Each is seen before the exchange and behind it.
    let capture = Capture::start(scene, &filter, 2 * ways.len() * plan.packets as usize)?;
    let phones = ways.len() / plan.parts;
    for part in 0..plan.parts {
        crowd.speak(part * phones..(part + 1) * phones, plan.packets)?;
    }
    for caller in &callers {
        caller.send(&Method::Bye, None, None)?;
        office.await_any(&["200 BYE"])?;
        afar.respond(&afar.await_any(&["BYE"])?, 200, "")?;
    }
    let mut times: HashMap<(SocketAddr, SocketAddr), Vec<Duration>> = HashMap::new();
    let ports = MEDIA_PORT..=MEDIA_PORT + 2 * CALLS;
    let keep = |seen: Seen| times.entry((seen.from, seen.to)).or_default().push(seen.at);
    let streams = capture.streams(ports, keep)?;
    are_whole(&streams, &ways, plan.packets as usize)?;
    are_in_time(&times, &ways, plan.bounds, is_long)?;
    exchange.is_idle()
}

fn offer(at: SocketAddr) -> String {
    description(at, "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv")
}

/// Every packet of every way is there, once and in its place, before the exchange and behind it.
fn are_whole(streams: &[Stream], ways: &[Way], packets: usize) -> Outcome {
    for way in ways {
        for (from, to) in [way.sent, way.passed_on] {
            let found: Vec<&Stream> = streams.iter().filter(|s| (s.from, s.to) == (from, to)).collect();
            let [stream] = found[..] else {
                return Err(format!("one stream should go from {from} to {to}, not {found:?}").into());
            };
            let is_whole = stream.packets == packets && stream.lost == 0 && !stream.has_problems;
            ensure(is_whole, || {
                format!("{packets} packets should go, none lost or out of order: {stream:?}")
            })?;
        }
    }
    ensure(streams.len() == 2 * ways.len(), || format!("there are {} streams", streams.len()))
}

/// The time between a packet's coming and its going; their order is known to be the same.
fn are_in_time(
    times: &HashMap<(SocketAddr, SocketAddr), Vec<Duration>>,
    ways: &[Way],
    bounds: [Duration; 3],
    tell: bool,
) -> Outcome {
    let of = |stream| times.get(stream).map(Vec::as_slice).unwrap_or_default();
    let mut transits: Vec<Duration> = ways
        .iter()
        .flat_map(|way| of(&way.sent).iter().zip(of(&way.passed_on)))
        .map(|(came, went)| went.saturating_sub(*came))
        .collect();
    transits.sort_unstable();
    let last = transits.len().checked_sub(1).ok_or("no packet was seen")?;
    let found = [500, 990, 1_000].map(|per_mille| transits[last * per_mille / 1_000]);
    let [median, most, longest] = found;
    let story = format!(
        "{} packets: half took up to {median:?}, 99 % up to {most:?}, the longest {longest:?}",
        transits.len()
    );
    if tell {
        println!("two hundred calls, {story}");
    }
    let is_late = found.iter().zip(&bounds).any(|(time, bound)| time > bound);
    ensure(!is_late, || format!("packets are late, {bounds:?} are allowed: {story}"))
}
