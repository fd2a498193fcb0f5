//! `rtpengine` of Debian's `rtpengine-daemon`, in user space (`--table=-1`), told of calls by its ng protocol: a cookie, a
//! blank, and a dictionary in the notation of BitTorrent.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Running;
use crate::Outcome;
use crate::media::Media;

pub(super) fn is_installed() -> bool {
    Command::new("rtpengine").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

pub(super) fn start(media: Media, phones: &[SocketAddr]) -> Outcome<Running> {
    let control = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    control.set_read_timeout(Some(Duration::from_millis(500)))?;
    // A port that is free now; nobody else asks for ports in this moment.
    let place = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let child = Command::new("rtpengine")
        .args(["--config-file=none", "--interface=127.0.0.1", "--table=-1", "--foreground", "--log-stderr"])
        .args(["--log-level=1", "--num-threads=1", "--port-min=10000", "--port-max=31999"])
        .arg(format!("--listen-ng={place}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut running = Running { child, _control: None, legs: Vec::with_capacity(phones.len()) };
    control.connect(place)?;
    ask(&control, "ping", &[])?;
    for (number, pair) in phones.chunks_exact(2).enumerate() {
        let call = format!("call-{number}");
        // The leg that hears the second phone stands in what the first one offers, and the other way round.
        let offer = description(media, 2 * number, pair[0]);
        let common = [
            ("call-id", string(&call)),
            ("from-tag", string("a")),
            ("transport-protocol", string("RTP/AVP")),
        ];
        let mut first = [&common[..], &[("sdp", string(&offer))]].concat();
        let [mine, theirs] = media.codecs();
        if mine != theirs {
            let only = |name: &str| format!("l{}e", string(name));
            let (mask, transcode) = (only(mine.name()), only(theirs.name()));
            let codecs = format!("d{}{mask}{}{transcode}e", string("mask"), string("transcode"));
            first.push(("codec", codecs));
        }
        let to_second = port_of(&ask(&control, "offer", &first)?)?;
        let answer = description(media, 2 * number + 1, pair[1]);
        let second = [&common[..], &[("to-tag", string("b")), ("sdp", string(&answer))]].concat();
        let to_first = port_of(&ask(&control, "answer", &second)?)?;
        let leg = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        running.legs.extend([leg(to_first), leg(to_second)]);
    }
    Ok(running)
}

/// What a phone says of itself.
fn description(media: Media, phone: usize, address: SocketAddr) -> String {
    let settings = media.settings(phone, address);
    let (payload_type, name) = (settings.send_payload_type, settings.codec.name());
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {} RTP/AVP {payload_type}\r\na=rtpmap:{payload_type} {name}/8000\r\na=sendrecv\r\n",
        address.port(),
    )
}

/// Asks until there is an answer: the daemon takes a moment to start. `more` has values as they are written.
fn ask(control: &UdpSocket, command: &str, more: &[(&str, String)]) -> Outcome<String> {
    let mut pairs = [&[("command", string(command))], more].concat();
    pairs.sort_unstable();
    let text: String = pairs.iter().map(|(key, value)| string(key) + value).collect();
    let mut answer = [0; 65_536];
    // One cookie for each question: what has the cookie of another gets the answer of that one.
    static COOKIE: AtomicUsize = AtomicUsize::new(0);
    let cookie = COOKIE.fetch_add(1, Ordering::Relaxed);
    for _ in 0..20 {
        let _ = control.send(format!("{cookie} d{text}e").as_bytes());
        if let Ok(length) = control.recv(&mut answer) {
            return Ok(String::from_utf8_lossy(&answer[..length]).into_owned());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err("rtpengine does not answer".into())
}

fn string(text: &str) -> String {
    format!("{}:{text}", text.len())
}

fn port_of(answer: &str) -> Outcome<u16> {
    let found = answer.split("m=audio ").nth(1).and_then(|rest| rest.split(' ').next());
    Ok(found.ok_or_else(|| format!("rtpengine refuses the call: {answer}"))?.parse()?)
}
