use std::path::PathBuf;
use std::time::Duration;

use audio::AudioError;

/// What is recorded, and where to.
#[derive(Clone, Debug)]
pub struct RecordingPlan {
    /// The files; at least one.
    pub tracks: Vec<Track>,
    /// What the party says is made louder by this power of two, or softer where it is below zero.
    pub read_volume: i8,
    /// The same for what it hears.
    pub write_volume: i8,
    /// So much is left out at the beginning.
    pub skip: Duration,
    /// It begins paused.
    pub paused: bool,
}

impl RecordingPlan {
    /// All that is said and heard, as it is, into these files.
    pub fn new(tracks: Vec<Track>) -> Self {
        Self { tracks, read_volume: 0, write_volume: 0, skip: Duration::ZERO, paused: false }
    }
}

/// One file of a recording. Its extension says the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Where it is. Folders that are missing are made.
    pub path: PathBuf,
    /// What is in it.
    pub content: Content,
    /// Whether it goes on at the end of a file that is there; otherwise that one is replaced.
    pub append: bool,
}

/// What is in a file of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Both sides together.
    Mixed,
    /// What the party says.
    Read,
    /// What it hears.
    Write,
    /// What it says on the left, what it hears on the right.
    Stereo,
}

/// How a recording ended.
#[derive(Debug)]
pub struct RecordingEnd {
    /// How long the sound in its files is.
    pub duration: Duration,
    /// Packets that were lost because the disk was too slow.
    pub missed: u64,
    /// Why it ended before its time, if it did.
    pub problem: Option<RecordError>,
}

/// Why something cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// No format goes by that extension.
    #[error("'{}' has no extension of a format that is recorded; use .wav, .WAV, .gsm, .g722, .opus, .ulaw, .alaw or .sln", .0.display())]
    UnknownFormat(PathBuf),
    /// The file cannot be written.
    #[error("'{}' cannot be written: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: AudioError,
    },
}
