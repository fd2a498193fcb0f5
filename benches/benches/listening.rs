//! What listening to a call costs, 20 ms at a time, as a table: digits, talk, tones, gain, pitch and comfort noise.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use audio::comfort_noise::{Description, Generator};
use audio::dtmf::{self, Detector, Limits, Mute};
use audio::gain::AutomaticGain;
use audio::pitch::PitchShifter;
use audio::progress::{BusyDetector, FaxDetector, ProgressDetector, ToneDetector, ToneSettings};
use audio::scramble::Scrambler;
use audio::talk::TalkDetector;
use audio::{ToneGenerator, answering_machine};
use benches::{OURS, Operation, Work};

/// Frames of sound, over and over.
struct Sound {
    frames: Vec<Vec<i16>>,
    next: usize,
}

impl Sound {
    /// Two seconds of what sounds like a vowel: harmonics of 130 Hz that swing.
    fn speech(rate: u32) -> Sound {
        let sample = |n: u32| {
            let at = f64::from(n) / f64::from(rate);
            let wave = |k: f64| (std::f64::consts::TAU * 130.0 * k * at).sin() / k;
            let swing = 1.0 + (std::f64::consts::TAU * 4.0 * at).sin();
            (3_000.0 * swing * (1..=12).map(|k| wave(f64::from(k))).sum::<f64>()) as i16
        };
        Sound::of(&(0..2 * rate).map(sample).collect::<Vec<_>>(), rate)
    }

    /// Digits, as quick as they may come.
    fn digits(rate: u32) -> Sound {
        let ms = Duration::from_millis;
        let mut samples = vec![0; 2 * rate as usize];
        if let Some(tone) = dtmf::sequence("0123456789*#ABCD0123456", ms(45), ms(40)) {
            ToneGenerator::new(tone, rate).fill(&mut samples);
        }
        Sound::of(&samples, rate)
    }

    fn of(samples: &[i16], rate: u32) -> Sound {
        Sound { frames: samples.chunks(rate as usize / 50).map(<[i16]>::to_vec).collect(), next: 0 }
    }

    fn frame(&mut self) -> &mut [i16] {
        self.next = (self.next + 1) % self.frames.len();
        &mut self.frames[self.next]
    }
}

/// A listener and what it hears.
struct Listening<F> {
    sound: Sound,
    listen: F,
}

impl<F: FnMut(&mut [i16])> Work for Listening<F> {
    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            (self.listen)(black_box(self.sound.frame()));
        }
    }
}

/// What cannot be refused: rates are multiples of 8 kHz here.
fn made<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("a listener cannot be made: {error:?}"))
}

fn operation<F: FnMut(&mut [i16]) + 'static>(
    name: &'static str,
    sound: impl Fn() -> Sound + 'static,
    listener: impl Fn() -> F + 'static,
) -> Operation {
    Operation::new(name, OURS, 200, move || Listening { sound: sound(), listen: listener() })
}

/// Digits listened for at a rate.
fn detector(rate: u32) -> impl FnMut(&mut [i16]) {
    let mut detector = made(Detector::new(rate, Limits::default()));
    move |frame| {
        detector.push(frame, |event| {
            black_box(event);
        });
    }
}

fn digits() -> Vec<Operation> {
    vec![
        operation("digits: speech, 8 kHz", || Sound::speech(8_000), || detector(8_000)),
        operation("digits: digits, 8 kHz", || Sound::digits(8_000), || detector(8_000)),
        operation("digits: silence, 8 kHz", || Sound::of(&[0; 16_000], 8_000), || detector(8_000)),
        operation("digits: speech, 16 kHz", || Sound::speech(16_000), || detector(16_000)),
        operation("digits: speech, 48 kHz", || Sound::speech(48_000), || detector(48_000)),
        operation(
            "digits muted: speech, 8 kHz",
            || Sound::speech(8_000),
            || {
                let mut mute = made(Mute::new(8_000, Limits::default(), Mute::DELAY));
                move |frame| {
                    mute.process(frame, |event| {
                        black_box(event);
                    });
                }
            },
        ),
    ]
}

fn others() -> Vec<Operation> {
    let speech = || Sound::speech(8_000);
    vec![
        operation("talk and silence", speech, || {
            let mut detector = TalkDetector::new(8_000, Default::default());
            move |frame| {
                detector.push(frame, |event| {
                    black_box(event);
                });
            }
        }),
        operation("answering machine", speech, || {
            let mut detector = answering_machine::Detector::new(8_000, Default::default());
            move |frame| {
                black_box(detector.push(frame));
            }
        }),
        operation("ringing, busy, congestion", speech, || {
            let zone = made(audio::Indications::builtin().zone("us").ok_or("the country is built in"));
            let mut detector = made(ProgressDetector::new(8_000, zone));
            move |frame| {
                detector.push(frame, |tone| {
                    black_box(tone);
                });
            }
        }),
        operation("busy by its rhythm", speech, || {
            let mut detector = BusyDetector::new(8_000, Default::default());
            move |frame| {
                black_box(detector.push(frame));
            }
        }),
        operation("fax", speech, || {
            let mut detector = made(FaxDetector::new(8_000));
            move |frame| {
                detector.push(frame, |tone| {
                    black_box(tone);
                });
            }
        }),
        operation("automatic gain", speech, || {
            let mut gain = AutomaticGain::new(8_000, Default::default());
            move |frame| gain.process(frame)
        }),
        operation("pitch, 8 kHz", speech, || {
            let mut shifter = PitchShifter::new(8_000, 1.25);
            move |frame| shifter.process(frame)
        }),
        operation(
            "pitch, 16 kHz",
            || Sound::speech(16_000),
            || {
                let mut shifter = PitchShifter::new(16_000, 1.25);
                move |frame| shifter.process(frame)
            },
        ),
        operation("scrambler, 8 kHz", speech, || {
            let mut scrambler = Scrambler::new(8_000);
            move |frame| scrambler.process(frame)
        }),
        operation(
            "scrambler, 16 kHz",
            || Sound::speech(16_000),
            || {
                let mut scrambler = Scrambler::new(16_000);
                move |frame| scrambler.process(frame)
            },
        ),
        operation("a tone", speech, || {
            let mut detector = made(ToneDetector::new(8_000, ToneSettings::new(2_600)));
            move |frame| {
                black_box(detector.push(frame));
            }
        }),
        operation("comfort noise made", speech, || {
            let mut generator =
                Generator::new(Description::new(50, &[-0.6, 0.3, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0]));
            move |frame| generator.fill(frame)
        }),
    ]
}

fn main() -> ExitCode {
    let mut operations = digits();
    operations.extend(others());
    benches::table(&operations)
}
