//! What goes over the loopback: kept by `dumpcap`, judged by `tshark`, both of Wireshark.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::process::Process;
use super::wait::PATIENCE;
use super::{Outcome, Scene, ensure};

/// Octets of each packet that are kept: all headers up to that of RTP, and a little more.
const KEPT: &str = "96";

/// Megabytes that wait for the disk: a busy machine is no loss.
const WAITING: &str = "64";

/// How long packets that are still to come are waited for.
const REST: Duration = Duration::from_secs(5);

/// Packets that are being kept.
pub(crate) struct Capture {
    process: Process,
    file: PathBuf,
}

/// A stream of RTP as tshark sees it.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) packets: usize,
    pub(crate) lost: i64,
    /// It has found something that should not be: an order that is none, a packet twice, times that leap.
    pub(crate) has_problems: bool,
}

/// A packet of RTP: when it was seen, counted from the first one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Duration,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
}

impl Capture {
    /// Keeps what fits `filter`, in pcap's words, from now on, up to so many packets: the system hands over what it has seen
    /// a little later, and who ends it at once misses the last ones.
    pub(crate) fn start(scene: &Scene, filter: &str, packets: usize) -> Outcome<Self> {
        let file = scene.folder().join("capture.pcapng");
        let mut command = Command::new("dumpcap");
        command.args(["-q", "-i", "lo", "-s", KEPT, "-B", WAITING, "-f", filter]);
        command.args(["-c", &packets.to_string(), "-w"]).arg(&file);
        let process = Process::spawn(scene, "dumpcap", &mut command)?;
        process.says("File:").map_err(|_| {
            "dumpcap keeps nothing: whoever runs this test needs the right to capture packets, as root has it; `cargo xtask test` gives it"
        })?;
        Ok(Self { process, file })
    }

    /// Ends it, and tells every packet of RTP to `each`: what has one of these ports at either end. Returns the streams that they
    /// make.
    pub(crate) fn streams(
        mut self,
        ports: RangeInclusive<u16>,
        each: impl FnMut(Seen),
    ) -> Outcome<Vec<Stream>> {
        if self.process.ends_within(REST).is_err() {
            let pid = self.process.pid().to_string();
            Command::new("sh").args(["-c", "kill -INT $0", &pid]).status()?;
            self.process.ends_within(PATIENCE)?;
        }
        let said = self.process.said()?;
        let dropped = said.split_once("received/dropped").and_then(|(_, rest)| {
            let (_, counts) = rest.split_once(": ")?;
            counts.split_once('/')?.1.split(' ').next()?.parse::<u64>().ok()
        });
        ensure(dropped == Some(0), || {
            format!("dumpcap has missed packets, so nothing can be told:\n{said}")
        })?;
        self.read(&ports, each)
    }

    fn read(&self, ports: &RangeInclusive<u16>, mut each: impl FnMut(Seen)) -> Outcome<Vec<Stream>> {
        let fields = ["frame.time_relative", "ip.src", "udp.srcport", "ip.dst", "udp.dstport"];
        let mut tshark = Command::new("tshark");
        // Told, not guessed: some ports are those of other protocols.
        let rtp = format!("udp.port=={}-{},rtp", ports.start(), ports.end());
        tshark.args(["-n", "-d", &rtp, "-Y", "rtp", "-T", "fields"]);
        tshark.args(fields.into_iter().flat_map(|field| ["-e", field])).args(["-z", "rtp,streams", "-r"]);
        let mut child = tshark
            .arg(&self.file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut streams = Vec::new();
        let out = child.stdout.take().ok_or("tshark has no output")?;
        for line in BufReader::new(out).lines() {
            let line = line?;
            match line.contains('\t') {
                true => each(seen(&line).ok_or_else(|| format!("tshark tells of a packet so: {line}"))?),
                false => streams.extend(stream(&line)),
            }
        }
        let status = child.wait()?;
        ensure(status.success(), || format!("tshark ended with {status}"))?;
        Ok(streams)
    }
}

fn address(ip: &str, port: &str) -> Option<SocketAddr> {
    Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?))
}

fn seen(line: &str) -> Option<Seen> {
    let words: Vec<&str> = line.split('\t').collect();
    let [at, from, from_port, to, to_port] = words[..] else { return None };
    let at = Duration::try_from_secs_f64(at.parse().ok()?).ok()?;
    Some(Seen { at, from: address(from, from_port)?, to: address(to, to_port)? })
}

/// A line of tshark's table; `None` for what stands around it.
fn stream(line: &str) -> Option<Stream> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, from, from_port, to, to_port, _, _, packets, lost, _, ..] = words[..] else { return None };
    let (from, to) = (address(from, from_port)?, address(to, to_port)?);
    let (packets, lost) = (packets.parse().ok()?, lost.parse().ok()?);
    Some(Stream { from, to, packets, lost, has_problems: words.last() == Some(&"X") })
}
