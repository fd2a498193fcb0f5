//! `Set(TONE_DETECT(freq[,duration_ms[,options]])=)`: listens for a tone while the call goes on; `${TONE_DETECT(rx)}` and
//! `${TONE_DETECT(tx)}` tell how often the party has sent it, and heard it.
//!
//! Options: `a` special information tones, `b` busy, `c` a dial tone, `p` ringing, each told at once; `d(dB)` how much louder than the
//! rest it must be (16), `g(place)` where the call goes on when the party has sent it, `h(place)` when it has heard it, `n(times)` how
//! often it must come for that, `r` and `t` listen to what the party sends or hears alone, `s` silences the tone, `x` ends it all.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use audio::indications::ToneZone;
use audio::progress::{InformationToneDetector, ProgressDetector, ProgressTone, ToneDetector, ToneSettings};
use call_control::{BoxFuture, Call, DialplanPosition, Listener, Move};
use dialplan_vm::JumpTarget;
use media_bridge::Side;
use tokio::task::AbortHandle;

use super::change_on;
use crate::applications::arguments::Options;
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "TONE_DETECT";

/// How long a dial tone sounds before it is told: less could be a part of another tone.
const DIAL_TONE: Duration = Duration::from_millis(800);

/// The letters of its options.
const KNOWN: &str = "abcdghnprstx";

/// What a channel has found so far, and who listens.
#[derive(Default)]
struct Detection {
    found: [AtomicU32; 2],
    listening: Mutex<Option<Work>>,
}

/// A task that ends when this is dropped.
struct Work(AbortHandle);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let side = match arguments.trim().to_ascii_lowercase().as_str() {
        "rx" => 0,
        "tx" => 1,
        _ => return Err(FunctionError::arguments(NAME, arguments, "rx or tx can be read")),
    };
    let found = scope.call.kept::<Detection>().map_or(0, |detection| detection.found[side].load(Relaxed));
    Ok(found.to_string())
}

pub(in crate::functions) fn write<'a>(
    channel: &'a mut DialplanChannel,
    arguments: &'a str,
    _: &'a str,
) -> BoxFuture<'a, Written> {
    Box::pin(async move {
        let wrong = |problem: String| FunctionError::arguments(NAME, arguments, problem);
        let wanted = Wanted::parse(arguments).map_err(wrong)?;
        let detection = channel.call.keep::<Detection>();
        let set = |listening| *detection.listening.lock().unwrap_or_else(PoisonError::into_inner) = listening;
        set(None);
        for (side, wanted_side) in [Side::Read, Side::Write].into_iter().zip(wanted.sides) {
            let squelch = wanted.tone.filter(|_| wanted.squelches && wanted_side && !wanted.ends);
            change_on(&channel.call, side, |effects| effects.squelch = squelch);
        }
        if wanted.ends {
            return Ok(());
        }
        let mut goals = [None, None];
        for (goal, place) in goals.iter_mut().zip(&wanted.goals) {
            let Some(place) = place else { continue };
            let target = JumpTarget::parse(place).ok().and_then(|target| channel.resolve(&target));
            let to = target.ok_or_else(|| wrong(format!("there is no place '{place}'")))?;
            *goal = Some(DialplanPosition {
                context: to.context.as_ref().into(),
                extension: to.extension.as_ref().into(),
                priority: to.priority,
            });
        }
        let zone = channel.call.switchboard().prompts().tone_zone(channel.call.tone_zone().as_deref());
        let ears = wanted.sides.map(|listens| listens.then(|| Ears::new(&wanted, zone.as_ref())));
        let listener = channel.call.listen_to_both().map_err(|error| wrong(error.to_string()))?;
        detection.found.iter().for_each(|count| count.store(0, Relaxed));
        let work = listen(channel.call.clone(), listener, ears, goals, wanted.times, detection.clone());
        set(Some(Work(tokio::spawn(work).abort_handle())));
        Ok(())
    })
}

/// Counts tones until the channel ends.
async fn listen(
    call: Call,
    mut listener: Listener,
    mut ears: [Option<Ears>; 2],
    goals: [Option<DialplanPosition>; 2],
    times: u32,
    detection: Arc<Detection>,
) {
    while let Ok((said, heard)) = listener.hear_both().await {
        for (side, sound) in [said, heard].into_iter().enumerate() {
            let hits = ears[side].as_mut().map_or(0, |ears| ears.hear(sound));
            if hits == 0 {
                continue;
            }
            let found = detection.found[side].fetch_add(hits, Relaxed) + hits;
            if let Some(goal) = goals[side].clone().filter(|_| found >= times) {
                call.send_to(Move::Dialplan(goal));
            }
        }
    }
}

/// What is listened for.
#[derive(Debug, PartialEq)]
struct Wanted {
    tone: Option<ToneSettings>,
    /// Special information tones, busy, a dial tone, ringing.
    signals: [bool; 4],
    /// What the party sends, and what it hears.
    sides: [bool; 2],
    goals: [Option<String>; 2],
    times: u32,
    squelches: bool,
    ends: bool,
}

impl Wanted {
    fn parse(arguments: &str) -> Result<Self, String> {
        let arguments = Arguments::of(arguments, 3);
        let options = Options::parse(arguments.at(2));
        if let Some(letter) = options.others(KNOWN).first() {
            return Err(format!("there is no option '{letter}'"));
        }
        let frequency = match arguments.at(0) {
            "" => 0,
            text => text
                .parse::<u16>()
                .ok()
                .filter(|hertz| *hertz < 4_000)
                .ok_or("the frequency is in Hz, below 4000")?,
        };
        let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<f32>().ok());
        let mut tone = ToneSettings::new(frequency);
        match arguments.at(1) {
            "" => {}
            text => {
                tone.duration =
                    Duration::from_millis(text.parse::<u32>().map_err(|_| "the duration is in ms")?.into())
            }
        }
        if options.has('d') {
            let decibels = number(options.argument('d')).filter(|decibels| decibels.is_finite());
            tone.decibels = decibels.ok_or("the option d has a number of decibels, as in d(16)")?;
        }
        let times = match options.has('n') {
            true => number(options.argument('n'))
                .filter(|times| *times >= 1.0)
                .ok_or("the option n has a number, as in n(2)")? as u32,
            false => 1,
        };
        let signals = ['a', 'b', 'c', 'p'].map(|letter| options.has(letter));
        let ends = options.has('x');
        if frequency == 0 && !ends && !signals.contains(&true) {
            return Err("give a frequency, or what else to listen for: a, b, c or p".to_owned());
        }
        let (only_sent, only_heard) = (options.has('r'), options.has('t'));
        let goal = |letter| options.argument(letter).map(str::to_owned);
        Ok(Self {
            tone: (frequency > 0).then_some(tone),
            signals,
            sides: [only_sent || !only_heard, only_heard || !only_sent],
            goals: [goal('g'), goal('h')],
            times,
            squelches: options.has('s'),
            ends,
        })
    }
}

/// What listens to one side.
struct Ears {
    tone: Option<ToneDetector>,
    dial_tone: Option<ToneDetector>,
    information: Option<InformationToneDetector>,
    progress: Option<ProgressDetector>,
    /// Busy and ringing.
    told: [bool; 2],
}

impl Ears {
    fn new(wanted: &Wanted, zone: Option<&ToneZone>) -> Self {
        let [information, busy, dial_tone, ringing] = wanted.signals;
        let rate = Listener::RATE;
        // The rate is one that they know.
        Self {
            tone: wanted.tone.and_then(|tone| ToneDetector::new(rate, tone).ok()),
            dial_tone: zone
                .filter(|_| dial_tone)
                .and_then(|zone| ToneDetector::dial_tone(rate, zone, DIAL_TONE).ok().flatten()),
            information: if information { InformationToneDetector::new(rate).ok() } else { None },
            progress: zone
                .filter(|_| busy || ringing)
                .and_then(|zone| ProgressDetector::new(rate, zone).ok()),
            told: [busy, ringing],
        }
    }

    /// How many tones the sound has brought.
    fn hear(&mut self, sound: &[i16]) -> u32 {
        let mut hits = 0;
        for tone in [&mut self.tone, &mut self.dial_tone].into_iter().flatten() {
            hits += tone.push(sound);
        }
        if let Some(information) = &mut self.information {
            hits += u32::from(information.push(sound));
        }
        let [busy, ringing] = self.told;
        if let Some(progress) = &mut self.progress {
            progress.push(sound, |tone| {
                hits += match tone {
                    ProgressTone::Busy => u32::from(busy),
                    ProgressTone::Ringing => u32::from(ringing),
                    ProgressTone::Congestion => 0,
                };
            });
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood() {
        let plain = Wanted::parse("2600").unwrap();
        assert_eq!((plain.tone, plain.sides, plain.times), (Some(ToneSettings::new(2_600)), [true; 2], 1));
        let wanted = Wanted::parse("1000,250,g(ctx,s,1)h(other)d(10)n(3)rs").unwrap();
        let tone = wanted.tone.unwrap();
        assert_eq!((tone.duration, tone.decibels), (Duration::from_millis(250), 10.0));
        assert_eq!(wanted.goals, [Some("ctx,s,1".to_owned()), Some("other".to_owned())]);
        assert_eq!((wanted.times, wanted.sides, wanted.squelches), (3, [true, false], true));
        let busy = Wanted::parse("0,,bg(my-hangup,s,1)").unwrap();
        assert_eq!((busy.tone, busy.signals), (None, [false, true, false, false]));
        assert!(Wanted::parse("0,,x").unwrap().ends);
        for wrong in ["", "0", "9000", "2600,soon", "2600,,d(loud)", "2600,,n(0)", "2600,,q"] {
            assert!(Wanted::parse(wrong).is_err(), "{wrong}");
        }
    }
}
