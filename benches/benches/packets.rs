//! Processor time, instructions and allocations of what a media thread does for each packet but the two calls of the kernel, as a
//! table: a packet that comes and goes on, one that is recorded, one of a room, one that is played.

use std::path::PathBuf;
use std::process::ExitCode;

use benches::{Operation, Work};
use media_bridge::Codec;
use media_bridge::benching::Trial;

const OURS: &str = "media-bridge";

/// Rounds that instructions are counted over; those of codecs that take long are fewer. A second, so that what is done once a
/// second is among them.
const SECOND: usize = 50;

/// Turns of a media thread.
struct Turns {
    trial: Trial,
    /// Packets that are sent at each.
    packets: usize,
    folder: Option<PathBuf>,
}

impl Work for Turns {
    fn prepare(&mut self, rounds: usize) {
        self.trial.prepare(rounds);
    }

    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            assert_eq!(self.trial.turn(), self.packets, "every packet is answered by one");
        }
    }

    fn per_round(&self) -> usize {
        self.packets
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What cannot be removed stays in the folder for temporary files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn operation(
    name: &'static str,
    packets: usize,
    rounds: usize,
    new: impl Fn() -> Trial + 'static,
) -> Operation {
    Operation::new(name, OURS, rounds, move || Turns { trial: new(), packets, folder: None })
}

/// Ten calls of these codecs.
fn calls(name: &'static str, codecs: [Codec; 2], rounds: usize) -> Operation {
    operation(name, 20, rounds, move || Trial::calls(codecs, false, 10))
}

fn main() -> ExitCode {
    const PLAIN: [Codec; 2] = [Codec::Pcmu; 2];
    benches::table(&[
        calls("forward G.711", PLAIN, SECOND),
        operation("forward G.711, SRTP both legs", 20, SECOND, || Trial::calls(PLAIN, true, 10)),
        calls("μ-law to A-law and back", [Codec::Pcmu, Codec::Pcma], SECOND),
        calls("G.711 to G.722 and back", [Codec::Pcmu, Codec::G722], SECOND),
        operation("G.711 to Opus and back", 2, SECOND, || Trial::calls([Codec::Pcmu, Codec::Opus], false, 1)),
        operation("conference, ten speak G.711", 50, SECOND, || Trial::rooms(Codec::Pcmu, 5)),
        operation("play a file, G.711", 20, SECOND, || Trial::players(Codec::Pcmu, 20)),
        Operation::new("record a call to WAV, forwarded", OURS, SECOND, || {
            let folder = std::env::temp_dir().join("bench-packets");
            let trial = Trial::recorded(&folder, 10);
            Turns { trial, packets: 20, folder: Some(folder) }
        }),
    ])
}
