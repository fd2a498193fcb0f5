//! What both sides of a test do with the line, and their reports.

use std::path::{Path, PathBuf};
use std::time::Duration;

use audio::Tone;
use call_control::{CallError, ReadDigits};
use media_bridge::Digit;

use crate::dialplan::DialplanChannel;

/// What each side says of itself.
pub(super) const VERSION: &str = "8378*1#";
/// How long a key lasts, and the pause behind it.
const KEY: Duration = Duration::from_millis(100);
/// How long each waits for a key of the other.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it waits for a version or a number.
const LONG_PATIENCE: Duration = Duration::from_secs(10);
/// Most keys of a version or a number.
const LONGEST: usize = 79;
/// How long the tone is, and what it is.
const TONE_LASTS: Duration = Duration::from_secs(6);
const TONE: &str = "1537+2195/6000";

/// A step of a test, with its line in the report.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Waits for this key.
    Await(char),
    /// Presses this key.
    Press(char),
    /// Waits so many seconds.
    Rest(u64),
    /// The same, without a line.
    Pause(u64),
    /// Listens for so many seconds, and tells how loud it was.
    Listen(&'static str, u64),
    /// Sends a tone, and then waits for this key, which may come before the tone ends.
    ToneUntil(char),
    /// Waits for so many seconds for the other side to hang up.
    Hangup(u64),
}

/// The report of a test: a line a step. It is on the disk when the test is over, or when the other side has hung up.
pub(super) struct Report {
    path: PathBuf,
    text: String,
}

impl Report {
    /// Begins the file `NUMBER-SIDE.txt`.
    pub(super) fn begin(channel: &DialplanChannel, number: &str, side: &str) -> Self {
        let folder = channel.exchange.configuration().folders.log.join("testresults");
        let path = folder.join(format!("{}-{}.txt", file_name(number), side.to_lowercase()));
        let mut report = Self { path, text: String::new() };
        let side = side.to_uppercase();
        report.line(&format!("{side}CHAN"), channel.call.name());
        report.line(&format!("{side}TEST ID"), number);
        report.line("ANSWER", "PASS");
        report
    }

    fn line(&mut self, title: &str, text: &str) {
        self.text.push_str(&format!("{:<15}{text}\n", format!("{title}:")));
    }

    fn verdict(&mut self, title: &str, passed: bool) {
        self.line(title, if passed { "PASS" } else { "FAIL" });
    }

    /// The last line.
    pub(super) fn end(mut self) {
        self.text.push_str("-- END TEST--\n");
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let (path, text) = (std::mem::take(&mut self.path), std::mem::take(&mut self.text));
        // Nobody waits for the disk.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = write(&path, &text) {
                tracing::warn!("{}: the report of a test is lost: {error}", path.display());
            }
        });
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

/// What came over the line as a part of a file's name.
fn file_name(number: &str) -> String {
    number.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// Takes the steps, one after the other; the first that fails is the last.
pub(super) async fn walk(
    channel: &DialplanChannel,
    steps: &[Step],
    report: &mut Report,
) -> Result<(), CallError> {
    for step in steps {
        if !take(channel, *step, report).await? {
            break;
        }
    }
    Ok(())
}

async fn take(channel: &DialplanChannel, step: Step, report: &mut Report) -> Result<bool, CallError> {
    let call = &channel.call;
    match step {
        Step::Pause(seconds) => call.wait(Duration::from_secs(seconds)).await?,
        Step::Rest(seconds) => {
            call.wait(Duration::from_secs(seconds)).await?;
            report.verdict(&format!("WAIT {seconds} SEC"), true);
        }
        Step::Press(key) => {
            press(channel, &key.to_string()).await?;
            report.verdict(&format!("SEND DTMF {key}"), true);
        }
        Step::Await(key) => {
            let came = call.next_digit(PATIENCE).await? == Some(key);
            report.verdict(&format!("WAIT DTMF {key}"), came);
            return Ok(came);
        }
        Step::Listen(title, seconds) => {
            let level = loudness(channel, Duration::from_secs(seconds)).await?;
            report.line(title, &format!("PASS ({level})"));
        }
        Step::ToneUntil(key) => {
            if let Ok(tone) = TONE.parse::<Tone>() {
                call.play_tone(tone)?;
            }
            let during = call.next_digit(TONE_LASTS).await?;
            call.stop_indication();
            report.verdict("SENDTONE", true);
            let came = match during {
                Some(pressed) => pressed == key,
                None => call.next_digit(PATIENCE).await? == Some(key),
            };
            report.verdict(&format!("WAIT DTMF {key}"), came);
            return Ok(came);
        }
        Step::Hangup(seconds) => {
            let left = call.wait(Duration::from_secs(seconds)).await.is_err();
            report.verdict("WAIT HANGUP", left);
        }
    }
    Ok(true)
}

/// Waits so many seconds.
pub(super) async fn take_pause(channel: &DialplanChannel, seconds: u64) -> Result<(), CallError> {
    channel.call.wait(Duration::from_secs(seconds)).await
}

/// Presses keys towards the other side.
pub(super) async fn press(channel: &DialplanChannel, keys: &str) -> Result<(), CallError> {
    for digit in keys.chars().filter_map(Digit::from_char) {
        if let Some(leg) = channel.call.leg() {
            leg.send_digit(digit, KEY);
        }
        channel.call.wait(KEY * 2).await?;
    }
    Ok(())
}

/// What the other side presses up to `#`.
pub(super) async fn hear(channel: &DialplanChannel) -> Result<String, CallError> {
    let rule =
        ReadDigits { max: LONGEST, first: LONG_PATIENCE, between: LONG_PATIENCE, terminator: Some('#') };
    channel.call.read_after(None, &rule).await
}

/// The average of what is heard for a while, of 32,767.
async fn loudness(channel: &DialplanChannel, length: Duration) -> Result<u64, CallError> {
    let mut listener = channel.call.listen()?;
    let (mut sum, mut samples) = (0_u64, 0_u64);
    let end = tokio::time::Instant::now() + length;
    while tokio::time::Instant::now() < end {
        let heard = listener.hear().await?;
        sum += heard.iter().map(|sample| u64::from(sample.unsigned_abs())).sum::<u64>();
        samples += heard.len() as u64;
    }
    Ok(sum / samples.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_folder() {
        assert_eq!([file_name("4711"), file_name("../x*1")], ["4711", "___x_1"]);
        assert!(TONE.parse::<Tone>().is_ok());
    }
}
