//! `WaitForTone(freq[,duration_ms[,timeout[,times[,options]]]])`: waits until the caller sends a tone, for so long (500 ms) and so often
//! (once), at most `timeout` seconds (for ever).
//!
//! Options: `d(dB)` how much louder than the rest it must be (16), `s` keeps it from others. Sets `WAITFORTONESTATUS` to `SUCCESS`, `ERROR`,
//! `TIMEOUT` or `HANGUP`.

use std::time::Duration;

use audio::progress::{ToneDetector, ToneSettings};
use call_control::{Call, CallError, Listener, Side};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, seconds, split};
use crate::deadline::elapsed;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let wanted = match Wanted::parse(&split(arguments)) {
        Ok(wanted) => wanted,
        Err(problem) => {
            channel.warning(format!("WaitForTone({arguments}): {problem}"));
            channel.set("WAITFORTONESTATUS", "ERROR");
            return Ok(Outcome::Continue);
        }
    };
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("WAITFORTONESTATUS", "HANGUP");
    let listener = channel.call.listen()?;
    let _squelched = wanted.squelches.then(|| Squelched::begin(&channel.call, wanted.tone));
    let status = tokio::select! {
        heard = hear(listener, &wanted) => heard.map(|()| "SUCCESS")?,
        () = elapsed(wanted.timeout) => "TIMEOUT",
    };
    channel.set("WAITFORTONESTATUS", status);
    Ok(Outcome::Continue)
}

async fn hear(mut listener: Listener, wanted: &Wanted) -> Result<(), CallError> {
    // The rate is one that it knows.
    let Ok(mut detector) = ToneDetector::new(Listener::RATE, wanted.tone) else { return Ok(()) };
    let mut times = 0;
    while times < wanted.times {
        times += detector.push(listener.hear().await?);
    }
    Ok(())
}

/// What is waited for.
#[derive(Debug, PartialEq)]
struct Wanted {
    tone: ToneSettings,
    timeout: Option<Duration>,
    times: u32,
    squelches: bool,
}

impl Wanted {
    fn parse(arguments: &[String]) -> Result<Self, &'static str> {
        let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|text| !text.is_empty());
        let frequency = argument(0).and_then(|text| text.parse::<u16>().ok());
        let frequency = frequency.filter(|hertz| (1..4_000).contains(hertz));
        let mut tone = ToneSettings::new(frequency.ok_or("the frequency is in Hz, from 1 to 3999")?);
        if let Some(text) = argument(1) {
            tone.duration =
                Duration::from_millis(text.parse::<u32>().map_err(|_| "the duration is in ms")?.into());
        }
        let timeout = match argument(2) {
            Some(text) => {
                Some(seconds(text).ok_or("the timeout is in seconds")?).filter(|timeout| !timeout.is_zero())
            }
            None => None,
        };
        let times = argument(3).map_or(Ok(1), |text| text.parse::<u32>());
        let times = times.ok().filter(|times| *times > 0).ok_or("the times are a number above 0")?;
        let options = Options::parse(argument(4).unwrap_or_default());
        if !options.others("ds").is_empty() {
            return Err("the options are d and s");
        }
        if options.has('d') {
            let decibels = options.argument('d').and_then(|text| text.trim().parse::<f32>().ok());
            tone.decibels =
                decibels.filter(|decibels| decibels.is_finite()).ok_or("write decibels as in d(16)")?;
        }
        Ok(Self { tone, timeout, times, squelches: options.has('s') })
    }
}

/// A tone is kept from others while this lives.
struct Squelched(Call);

impl Squelched {
    fn begin(call: &Call, tone: ToneSettings) -> Self {
        let mut effects = call.sound_effects(Side::Read);
        effects.squelch = Some(tone);
        call.set_sound_effects(Side::Read, effects);
        Self(call.clone())
    }
}

impl Drop for Squelched {
    fn drop(&mut self) {
        let mut effects = self.0.sound_effects(Side::Read);
        effects.squelch = None;
        self.0.set_sound_effects(Side::Read, effects);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let parse = |text: &str| Wanted::parse(&split(text));
        let plain = parse("1004").unwrap();
        assert_eq!((plain.tone, plain.timeout, plain.times), (ToneSettings::new(1_004), None, 1));
        let wanted = parse("2600,800,5,2,d(6)s").unwrap();
        assert_eq!((wanted.tone.duration, wanted.tone.decibels), (Duration::from_millis(800), 6.0));
        assert_eq!((wanted.timeout, wanted.times, wanted.squelches), (Some(Duration::from_secs(5)), 2, true));
        for wrong in ["", "5000", "1004,long", "1004,,soon", "1004,,,0", "1004,,,,q"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
