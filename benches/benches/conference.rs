//! Processor time, instructions and allocations of a participant's 20 ms in a conference, as a table: everything that is done
//! for it but receiving and sending.

use std::process::ExitCode;

use benches::{Operation, Work};
use media_bridge::Codec;
use media_bridge::conference::trial::Trial;

const OURS: &str = "media-bridge";

/// Turns before anything is counted: buffers are there, and encoders.
const BEFORE: usize = 5;

/// A room and its turns.
struct Turns {
    room: Trial,
    members: usize,
}

impl Work for Turns {
    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            assert_eq!(self.room.turn(), self.members, "everybody hears something");
        }
    }

    fn per_round(&self) -> usize {
        self.members
    }
}

fn room(name: &'static str, codecs: &'static [Codec], speakers: usize, listeners: usize) -> Operation {
    let members = speakers + listeners;
    Operation::new(name, OURS, (4_000 / members).max(4), move || {
        let mut room = Trial::new(codecs, speakers, listeners);
        for _ in 0..BEFORE {
            room.turn();
        }
        Turns { room, members }
    })
}

/// The codecs of ten, of whom so many speak Opus and the others are telephones.
const fn of_opus(count: usize) -> [Codec; 10] {
    let mut codecs = [Codec::Pcma; 10];
    let mut nth = 0;
    while nth < count {
        codecs[nth] = Codec::Opus;
        nth += 1;
    }
    codecs
}

fn main() -> ExitCode {
    const LAWS: &[Codec] = &[Codec::Pcmu, Codec::Pcma];
    const ONE_OF_OPUS: &[Codec] = &of_opus(1);
    const TWO_OF_OPUS: &[Codec] = &of_opus(2);
    benches::table(&[
        room("10 speak, G.711", LAWS, 10, 0),
        room("100 speak, G.711", LAWS, 100, 0),
        room("2 of 10 speak, G.711", LAWS, 2, 8),
        room("2 speak, 1,000 listen, G.711", LAWS, 2, 1_000),
        room("10 speak, G.722", &[Codec::G722], 10, 0),
        room("2 speak, 1,000 listen, G.722", &[Codec::G722], 2, 1_000),
        room("10 speak, one Opus, others G.711", ONE_OF_OPUS, 10, 0),
        room("10 speak, two Opus, others G.711", TWO_OF_OPUS, 10, 0),
        room("2 of 10 speak, Opus", &[Codec::Opus], 2, 8),
        room("10 speak, G.711 and G.722", &[Codec::Pcma, Codec::G722], 10, 0),
    ])
}
