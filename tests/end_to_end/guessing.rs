//! The game of `examples/dialplan/guessing`, played by a phone.

use std::path::Path;

use libtest_mimic::Trial;

use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

/// What the exchange shows as it says between which two numbers the right one lies.
const RANGE: &str = "range,s,1(";

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("guessing::the_middle_of_the_range_is_right_in_time", &["baresip"], middle)]
}

/// Guesses the middle of what is left, which halves it each time: of 20 numbers one is left after five guesses.
fn middle(scene: &Scene) -> Outcome {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/dialplan/guessing/extensions.conf");
    let plan = std::fs::read_to_string(example)?;
    let mut exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&plan))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("620")?;
    alice.is_in_call()?;
    for turn in 1..=5 {
        let news = until(&format!("turn {turn}, or the end"), || {
            let said = exchange.process().said()?;
            let is_over = said.contains("auth-thankyou");
            let is_its_turn = said.matches("guess,beep").count() >= turn;
            Ok((is_over || is_its_turn).then_some((is_over, said)))
        });
        let (is_over, said) = news?;
        if is_over {
            break;
        }
        let (low, high) = range(&said)?;
        ensure(low <= high, || format!("the range is from {low} to {high}"))?;
        alice.press(&format!("{}#", (low + high) / 2))?;
    }
    exchange.says("auth-thankyou")?;
    alice.call_ends()?;
    exchange.is_idle()
}

/// The last range that was said.
fn range(said: &str) -> Outcome<(u32, u32)> {
    let (_, behind) = said.rsplit_once(RANGE).ok_or("no range was said")?;
    let (numbers, _) = behind.split_once(')').ok_or("the range has no end")?;
    let (low, high) = numbers.split_once(',').ok_or("the range is no pair")?;
    Ok((low.parse()?, high.parse()?))
}
