//! The networks, and the table.

use std::process::ExitCode;
use std::time::Duration;

use rtp_jitter::Config;
use rtp_jitter::simulation::{Delay, Loss, Network};

use crate::listener::{Heard, Listener, listen};
use crate::measure;
use crate::neteq::Peer;
use crate::ours::Ours;
use crate::score::score;
use crate::speech::{PACKET, Speech};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How packets are delayed.
const DELAYS: [(&str, Delay); 6] = [
    ("none", Delay::None),
    ("even, to 20 ms", Delay::Uniform { up_to: millis(20) }),
    ("queue, mean 10 ms", Delay::Queue { mean: millis(10) }),
    ("overtaking, mean 15 ms", Delay::Exponential { mean: millis(15) }),
    ("overtaking, mean 40 ms", Delay::Exponential { mean: millis(40) }),
    ("stalls, to 200 ms", Delay::Stalls { every: Duration::from_secs(4), up_to: millis(200) }),
];

/// How packets are lost.
const LOSSES: [(&str, Loss); 4] = [
    ("none", Loss::None),
    ("1 %", Loss::Random { share: 0.01 }),
    ("5 %", Loss::Random { share: 0.05 }),
    ("10 %, bursts of 3", Loss::Bursts { share: 0.1, mean: 3.0 }),
];

/// Millionths by which the sender's clock is faster.
const DRIFTS: [i32; 3] = [0, 500, -500];

/// What one buffer did over one network.
struct Figures {
    /// Milliseconds.
    delay: f64,
    /// Shares of the whole time, in percent.
    concealed: f64,
    unheard: f64,
    score: Option<f64>,
}

impl Figures {
    /// What was made up, or never heard: the greater of both, so that what was made up for something counts once.
    fn damaged(&self) -> f64 {
        self.concealed.max(self.unheard)
    }
}

/// Prints a line for each network whose name has one of the words, or for all.
pub fn table(words: &[String], config: &Config) -> ExitCode {
    let speech = match Speech::load() {
        Ok(speech) => speech,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "| delay | loss | drift | delay, ms | peer | damaged, % | peer | concealed, % | peer | PESQ | peer | |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    let mut behind = 0;
    for (delay_name, delay) in DELAYS {
        for (loss_name, loss) in LOSSES {
            for drift_ppm in DRIFTS {
                let name = format!("{delay_name} | {loss_name} | {drift_ppm:+}");
                if !words.is_empty() && !words.iter().any(|word| name.contains(word)) {
                    continue;
                }
                let network = Network { delay, loss, duplicates: 0.01, drift_ppm };
                behind += usize::from(!line(&name, &speech, &network, config));
            }
        }
    }
    println!("\nWorse than the peer in {behind} lines.");
    ExitCode::SUCCESS
}

/// Prints one line; says whether ours damages no more and delays no more than the peer.
fn line(name: &str, speech: &Speech, network: &Network, config: &Config) -> bool {
    let ours = figures(&mut Ours::new(config.clone()), speech, network);
    let peer = figures(&mut Peer::default(), speech, network);
    let score = |score: Option<f64>| score.map_or("?".to_owned(), |score| format!("{score:.2}"));
    let is_ahead = ours.delay <= peer.delay && ours.damaged() <= peer.damaged() + 0.005;
    println!(
        "| {name} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {} | {} | {} |",
        ours.delay,
        peer.delay,
        ours.damaged(),
        peer.damaged(),
        ours.concealed,
        peer.concealed,
        score(ours.score),
        score(peer.score),
        if is_ahead { "" } else { "worse" },
    );
    is_ahead
}

fn figures(listener: &mut dyn Listener, speech: &Speech, network: &Network) -> Figures {
    let interval = Duration::from_millis(20);
    let arrivals = network.carry(SEED, speech.packets(), interval);
    let Heard { sound, concealed, decoded } = listen(listener, speech, &arrivals);
    let (delay, _) = measure::delay(&speech.samples, &sound, network.drift_ppm);
    let seconds = speech.samples.len() as f64 / 8_000.0;
    // What was not yet played at the end is not lost.
    let playable = (seconds - delay / 1_000.0) * 8_000.0 / PACKET as f64;
    Figures {
        delay,
        concealed: 100.0 * concealed.as_secs_f64() / seconds,
        unheard: (100.0 * (1.0 - decoded as f64 / playable)).max(0.0),
        score: score(&speech.samples, &sound),
    }
}

/// Any would do; it is the same for all, so that a change of the code is a change of the figures.
const SEED: u64 = 20_261_121;
