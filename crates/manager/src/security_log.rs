//! The security log: a line for each event at the door, in the shape that programs which watch Asterisk's know.
//!
//! ```text
//! [2026-11-21 07:41:45] SECURITY[1819] res_security_log.c: SecurityEvent="InvalidPassword",EventTV="...",
//!     Severity="Error",Service="PJSIP",EventVersion="2",AccountID="100",SessionID="...",
//!     LocalAddress="IPV4/UDP/192.0.2.1/5060",RemoteAddress="IPV4/UDP/203.0.113.9/5061"
//! ```
//!
//! (in one line). Whoever tells of an event waits for nobody: a thread of its own writes.

mod line;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use call_control::{Event, Observer, SecurityEvent};

/// Events that wait for the writer. Beyond it they are lost: an attack must not fill the memory.
const BACKLOG: usize = 4_096;

/// Rest of the writer between two batches: an exchange with much to do is not to wake it for each line.
const REST: Duration = Duration::from_millis(50);

/// Lines a second that are written. An attack must not fill the disk either.
const MOST_LINES: u32 = 1_000;

/// Writes the security log. Give it to the exchange among its observers.
pub struct SecurityLog {
    /// Taken when it ends.
    events: Option<SyncSender<SecurityEvent>>,
    writer: Option<JoinHandle<()>>,
}

impl SecurityLog {
    /// Writes to `security.log` in this folder, behind what is there. A file that is moved away, as programs that rotate
    /// logs do, is begun anew.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let log = LogFile::open(folder.join("security.log"))?;
        let (events, waiting) = sync_channel(BACKLOG);
        let writer = std::thread::Builder::new()
            .name("security-log".to_owned())
            .spawn(move || write_all(&waiting, log))?;
        Ok(Self { events: Some(events), writer: Some(writer) })
    }
}

impl Drop for SecurityLog {
    /// Waits until all is written.
    fn drop(&mut self) {
        self.events = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Observer for SecurityLog {
    fn notice(&self, event: &Event) {
        if let (Event::Security(event), Some(events)) = (event, &self.events) {
            // One too many is lost; that there were so many shows in the log.
            let _ = events.try_send(event.clone());
        }
    }
}

/// Writes until nobody is left to tell anything.
fn write_all(waiting: &Receiver<SecurityEvent>, mut log: LogFile) {
    let mut pace = Pace::begin(Instant::now());
    let mut second = line::Second::default();
    while let Ok(event) = waiting.recv() {
        let batch = std::iter::once(event).chain(waiting.try_iter().take(BACKLOG));
        for event in batch {
            match pace.step(Instant::now()) {
                Step::Write { left_out: 0 } => {}
                Step::Write { left_out } => log.write(&line::of_left_out(left_out)),
                Step::LeaveOut => continue,
            }
            log.write(&second.line_of(&event));
        }
        log.settle();
        std::thread::sleep(REST);
    }
}

/// Keeps the number of lines in a second within its bound.
struct Pace {
    second: Instant,
    lines: u32,
    left_out: u32,
}

/// What becomes of the next line.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// It is written, after a word about those that were not.
    Write { left_out: u32 },
    /// It is left out.
    LeaveOut,
}

impl Pace {
    fn begin(now: Instant) -> Self {
        Self { second: now, lines: 0, left_out: 0 }
    }

    fn step(&mut self, now: Instant) -> Step {
        if now.saturating_duration_since(self.second) >= Duration::from_secs(1) {
            (self.second, self.lines) = (now, 0);
        }
        if self.lines >= MOST_LINES {
            self.left_out = self.left_out.saturating_add(1);
            return Step::LeaveOut;
        }
        self.lines += 1;
        Step::Write { left_out: std::mem::take(&mut self.left_out) }
    }
}

/// The file, opened again when it has been moved away.
struct LogFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(open(&path)?), path })
    }

    fn write(&mut self, line: &str) {
        // A disk that is full is no reason to end calls.
        let _ = writeln!(self.file, "{line}");
    }

    /// Puts on the disk what was written, and looks whether the file is still there.
    fn settle(&mut self) {
        let _ = self.file.flush();
        let ours = self.file.get_ref().metadata().map(|file| (file.dev(), file.ino())).ok();
        let there = std::fs::metadata(&self.path).map(|file| (file.dev(), file.ino())).ok();
        if ours != there
            && let Ok(file) = open(&self.path)
        {
            self.file = BufWriter::new(file);
        }
    }
}

/// Names of accounts are nobody's business but the administrator's.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o640).open(path)
}

#[cfg(test)]
mod tests {
    use call_control::{RequestVerdict, SecurityKind};
    use sip_ua::transport::{Flow, Protocol};

    use super::*;

    fn event() -> Event {
        let flow = Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([203, 0, 113, 9], 5061).into());
        let verdict = RequestVerdict::InvalidPassword;
        let kind = SecurityKind::Request { verdict, account: "100".into(), call_id: "x".into(), flow };
        Event::Security(SecurityEvent::now(kind))
    }

    fn wait_for(path: &Path, lines: usize) -> String {
        let begun = Instant::now();
        loop {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            if text.lines().count() >= lines {
                return text;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{lines} lines should come: {text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn events_become_lines_and_a_file_that_was_moved_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("security.log");
        let log = SecurityLog::open(folder.path()).unwrap();
        log.notice(&event());
        assert!(wait_for(&path, 1).contains("SecurityEvent=\"InvalidPassword\""));
        std::fs::rename(&path, folder.path().join("security.log.1")).unwrap();
        // The line that finds the file gone still goes into the old one.
        log.notice(&event());
        wait_for(&folder.path().join("security.log.1"), 2);
        let begun = Instant::now();
        while !path.exists() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the file should be begun anew");
            std::thread::sleep(Duration::from_millis(5));
        }
        log.notice(&event());
        wait_for(&path, 1);
    }

    #[test]
    fn a_flood_is_cut_and_the_gap_is_told() {
        let start = Instant::now();
        let mut pace = Pace::begin(start);
        let written = (0..5_000).filter(|_| pace.step(start) != Step::LeaveOut).count();
        assert_eq!(written, 1_000);
        let later = start + Duration::from_secs(1);
        assert_eq!(pace.step(later), Step::Write { left_out: 4_000 });
        assert_eq!(pace.step(later), Step::Write { left_out: 0 });
    }
}
