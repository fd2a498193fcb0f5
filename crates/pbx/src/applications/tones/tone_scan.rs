//! `ToneScan([zone[,timeout[,threshold[,options]]]])`: waits until it is known what sounds on the line, at most `timeout` seconds (for ever).
//!
//! `zone` is the country whose tones there are, `threshold` how often a tone must be recognised (once). Options: `f` looks for faxes, `v`
//! for a voice. Sets `TONESCANSTATUS` to `RINGING`, `BUSY`, `SIT`, `DIALTONE`, `NUT`, `DTMF`, `VOICE`, `FAX`, `MODEM`, `TIMEOUT` or `HANGUP`.

use std::time::Duration;

use audio::dtmf::{self, DigitEvent, Limits};
use audio::indications::ToneZone;
use audio::progress::{
    FaxDetector, FaxTone, InformationToneDetector, ProgressDetector, ProgressTone, ToneDetector, ToneSettings,
};
use audio::talk::{TalkDetector, TalkSettings};
use call_control::{CallError, Listener};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, seconds, split};
use crate::deadline::elapsed;
use crate::dialplan::DialplanChannel;

/// A dial tone, or that of an unobtainable number in the United Kingdom, sounds for so long before it is one.
const STEADY: Duration = Duration::from_millis(1_000);

/// A dial tone is told so much later: a tone between its two could be taken for both of them, and is known by then.
const AFTER: Duration = Duration::from_millis(100);

/// The tone of an unobtainable number in the United Kingdom, in Hz.
const UNOBTAINABLE: u16 = 400;

/// The tone that modems and faxes answer with, in Hz (ITU-T V.25 §4): a fax follows with others.
const ANSWER_TONE: u16 = 2_100;

/// Talk for so long is a voice.
const VOICE: Duration = Duration::from_millis(300);

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|text| !text.is_empty());
    let timeout = argument(1).and_then(seconds).filter(|timeout| !timeout.is_zero());
    let threshold = argument(2).and_then(|text| text.parse().ok()).unwrap_or(1_u32).max(1);
    let options = Options::parse(argument(3).unwrap_or_default());
    let zone = argument(0).map(str::to_owned).or_else(|| channel.call.tone_zone());
    let zone = channel.call.switchboard().prompts().tone_zone(zone.as_deref());
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("TONESCANSTATUS", "HANGUP");
    let listener = channel.call.listen()?;
    let ears = Ears::new(zone.as_ref(), options.has('f'), options.has('v'));
    let status = tokio::select! {
        heard = scan(listener, ears, threshold) => heard?,
        () = elapsed(timeout) => "TIMEOUT",
    };
    channel.set("TONESCANSTATUS", status);
    Ok(Outcome::Continue)
}

async fn scan(mut listener: Listener, mut ears: Ears, threshold: u32) -> Result<&'static str, CallError> {
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    loop {
        if let Some(heard) = ears.hear(listener.hear().await?) {
            let count = counts.entry(heard).or_default();
            *count += 1;
            if *count >= threshold {
                return Ok(heard);
            }
        }
    }
}

/// All that is listened for. What cannot be made for the rate of listeners, which none is, is not listened for.
struct Ears {
    progress: Option<ProgressDetector>,
    dial_tone: Option<ToneDetector>,
    unobtainable: Option<ToneDetector>,
    information: Option<InformationToneDetector>,
    digits: Option<dtmf::Detector>,
    answer_tone: Option<ToneDetector>,
    fax: Option<FaxDetector>,
    voice: Option<TalkDetector>,
}

impl Ears {
    fn new(zone: Option<&ToneZone>, faxes: bool, voices: bool) -> Self {
        let rate = Listener::RATE;
        let steady = |frequency| {
            ToneDetector::new(rate, ToneSettings { duration: STEADY, ..ToneSettings::new(frequency) }).ok()
        };
        Self {
            progress: zone.and_then(|zone| ProgressDetector::new(rate, zone).ok()),
            dial_tone: zone
                .and_then(|zone| ToneDetector::dial_tone(rate, zone, STEADY + AFTER).ok().flatten()),
            unobtainable: steady(UNOBTAINABLE),
            information: InformationToneDetector::new(rate).ok(),
            digits: dtmf::Detector::new(rate, Limits::default()).ok(),
            answer_tone: steady(ANSWER_TONE),
            fax: if faxes { FaxDetector::new(rate).ok() } else { None },
            voice: voices.then(|| TalkDetector::new(rate, TalkSettings::default())),
        }
    }

    /// What is known of the line after this sound.
    fn hear(&mut self, sound: &[i16]) -> Option<&'static str> {
        let mut heard = None;
        if let Some(digits) = &mut self.digits {
            digits.push(sound, |event| {
                if matches!(event, DigitEvent::Began { .. }) {
                    heard = Some("DTMF");
                }
            });
        }
        if let Some(fax) = &mut self.fax {
            fax.push(sound, |tone| {
                heard = heard.or(match tone {
                    FaxTone::Called => Some("FAX"),
                    FaxTone::Calling => None,
                })
            });
        }
        if let Some(progress) = &mut self.progress {
            progress.push(sound, |tone| {
                heard = heard.or(match tone {
                    ProgressTone::Ringing => Some("RINGING"),
                    ProgressTone::Busy | ProgressTone::Congestion => Some("BUSY"),
                })
            });
        }
        if self.information.as_mut().is_some_and(|information| information.push(sound)) {
            heard = heard.or(Some("SIT"));
        }
        let steady = [
            (&mut self.unobtainable, "NUT"),
            (&mut self.dial_tone, "DIALTONE"),
            (&mut self.answer_tone, "MODEM"),
        ];
        for (detector, name) in steady {
            if detector.as_mut().is_some_and(|detector| detector.push(sound) > 0) {
                heard = heard.or(Some(name));
            }
        }
        if let Some(voice) = &mut self.voice {
            voice.push(sound, |_| {});
            if voice.loud_for() >= VOICE {
                heard = heard.or(Some("VOICE"));
            }
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    use audio::{Indications, Tone, ToneGenerator};

    use super::*;

    fn heard(tone: &str) -> Option<&'static str> {
        let zone = Indications::builtin().zone("us").unwrap();
        let mut ears = Ears::new(Some(zone), true, false);
        let mut generator = ToneGenerator::new(tone.parse::<Tone>().unwrap(), Listener::RATE);
        let mut frame = [0; 160];
        (0..400).find_map(|_| {
            generator.fill(&mut frame);
            ears.hear(&frame)
        })
    }

    #[test]
    fn lines_are_told_apart() {
        let lines = [
            ("440+480/2000,0/4000", Some("RINGING")),
            ("480+620/500,0/500", Some("BUSY")),
            ("350+440", Some("DIALTONE")),
            ("950/330,1400/330,1800/330,0/1000", Some("SIT")),
            ("400", Some("NUT")),
            ("697+1209/200,0/200", Some("DTMF")),
            ("0", None),
        ];
        for (tone, wanted) in lines {
            assert_eq!(heard(tone), wanted, "{tone}");
        }
    }
}
