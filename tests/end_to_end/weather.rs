//! The weather by telephone, by the dialplan in `examples/dialplan/weather.conf`.

use audio::Pcm;
use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, WebServer, ensure, tone, trial};
use crate::say::likeness;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("weather::a_report_of_a_web_server_is_spoken", &["baresip", "espeak-ng"], weather)]
}

const REPORT: &str = "Light rain in the morning. Eleven degrees, and a fresh wind.";

fn weather(scene: &Scene) -> Outcome {
    let server = WebServer::telling(scene.address()?, REPORT)?;
    // A tool as an integrator writes one: it makes a file.
    let tool = scene.folder().join("weather-tool");
    let sound = tone::file(scene, 850, std::time::Duration::from_secs(2))?;
    std::fs::write(&tool, format!("cp {} \"$1\"\n", sound.display()))?;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/dialplan/weather.conf");
    let folder = Folder::new(scene)?.phone("alice").dialplan(&format!(
        "include => weather\n[globals]\nWEATHER_URL={}today.txt\nWEATHER_TOOL=sh {}\n#include \"{example}\"",
        server.plain_url(),
        tool.display(),
    ));
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("650")?;
    alice.call_ends()?;
    let spoken = std::fs::read_dir(folder.path().join("var/spool/speech"))?
        .flatten()
        .find(|file| file.path().extension().is_some_and(|extension| extension == "wav"));
    let spoken = spoken.ok_or("the report should have been spoken to a file")?;
    is_heard(&Pcm::open(spoken.path())?.resampled(tone::RATE), &alice.heard()?)?;
    ensure(server.asked() == 1, || format!("the server was asked {} times", server.asked()))?;

    alice.dial("651")?;
    alice.call_ends()?;
    let heard = alice.heard()?;
    let tenths = tone::tenths_of(&heard.samples, 850);
    ensure((16..=21).contains(&tenths), || format!("the file of the tool: {}", tone::describe(&heard)))?;
    exchange.is_idle()
}

/// The first second of what was spoken is somewhere in what was heard. Longer, and a busy machine may have torn it.
fn is_heard(spoken: &Pcm, heard: &Pcm) -> Outcome {
    let loud = spoken.samples.iter().position(|sample| sample.unsigned_abs() > 1_000).unwrap_or_default();
    let start = spoken.samples.get(loud..).unwrap_or_default();
    let start = start.get(..tone::RATE as usize).unwrap_or(start);
    let best = heard.samples.windows(start.len()).map(|window| likeness(start, window)).fold(0.0, f64::max);
    ensure(best > 0.7, || format!("the report should be heard ({best:.2}): {}", tone::describe(heard)))
}
