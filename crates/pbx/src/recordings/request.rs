//! What `MixMonitor` is asked for.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use media_bridge::{Content, RecordingPlan, Track};

use crate::applications::arguments::{Options, seconds};

/// Letters of options that mean something.
const KNOWN: &str = "abBcdvVWrtDnipPms";

/// Powers of two that a volume may be changed by.
const LOUDEST: i8 = 4;

/// A recording as the arguments of `MixMonitor` want it: `file.ext[,options[,command]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Both sides together.
    pub file: Option<PathBuf>,
    /// What the party says: `r(file)`.
    pub receive: Option<PathBuf>,
    /// What it hears: `t(file)`.
    pub transmit: Option<PathBuf>,
    /// Both sides side by side rather than together: `D`.
    pub stereo: bool,
    /// Goes on at the end of files: `a`.
    pub append: bool,
    /// Only while the party talks with another: `b`.
    pub only_bridged: bool,
    /// Deletes the files when all is done: `d`.
    pub delete: bool,
    /// How much louder what is heard gets, as a power of two: `v(x)`.
    pub heard_volume: i8,
    /// The same for what is said: `V(x)`.
    pub spoken_volume: i8,
    /// The variable that gets its name: `i(variable)`.
    pub id_variable: Option<String>,
    /// A beep as it begins: `p`.
    pub beep_at_start: bool,
    /// A beep as it ends: `P`.
    pub beep_at_end: bool,
    /// A beep each so often, while it goes on: `B(seconds)`.
    pub beep_every: Option<Duration>,
    /// Left out at the beginning: `s(seconds)`.
    pub skip: Duration,
    /// Run when the files are whole.
    pub command: Option<String>,
    /// What was asked for and is not known here.
    pub unknown: Vec<char>,
}

/// Why a recording cannot be as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No file at all.
    #[error("give the name of a file, as in MixMonitor(${{UNIQUEID}}.wav)")]
    NoFile,
    /// A name that leads out of the folder of recordings.
    #[error("'{0}' leads out of the folder of recordings; write a name without '..', or the whole path")]
    Outside(String),
}

impl Request {
    /// Reads arguments; names without a folder are in `folder`.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn parse(arguments: &str, folder: &Path) -> Result<Self, RequestError> {
        let arguments = dialplan_vm::split_arguments_into(arguments, 3);
        let argument = |n: usize| arguments.get(n).map(|text| text.trim()).filter(|text| !text.is_empty());
        let options = Options::parse(argument(1).unwrap_or_default());
        let file = |name: Option<&str>| {
            name.map(str::trim).filter(|name| !name.is_empty()).map(|name| file_in(folder, name)).transpose()
        };
        let volume = |letter: char| {
            let said = options.argument(letter).and_then(|text| text.trim().parse::<i8>().ok());
            said.map(|volume| volume.clamp(-LOUDEST, LOUDEST))
        };
        let both = volume('W');
        let request = Self {
            file: file(argument(0))?,
            receive: file(options.argument('r'))?,
            transmit: file(options.argument('t'))?,
            stereo: options.has('D'),
            append: options.has('a'),
            only_bridged: options.has('b'),
            delete: options.has('d'),
            heard_volume: both.or(volume('v')).unwrap_or(0),
            spoken_volume: both.or(volume('V')).unwrap_or(0),
            id_variable: options
                .argument('i')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty()),
            beep_at_start: options.has('p'),
            beep_at_end: options.has('P'),
            beep_every: options.has('B').then(|| beep_interval(options.argument('B'))),
            skip: options.argument('s').and_then(seconds).unwrap_or_default(),
            command: argument(2).map(str::to_owned),
            unknown: options.others(KNOWN),
        };
        if request.files().next().is_none() {
            return Err(RequestError::NoFile);
        }
        Ok(request)
    }

    /// Its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.file, &self.receive, &self.transmit].into_iter().flatten()
    }

    /// What the recorder is to do.
    pub(crate) fn plan(&self) -> RecordingPlan {
        let together = if self.stereo { Content::Stereo } else { Content::Mixed };
        let tracks =
            [(&self.file, together), (&self.receive, Content::Read), (&self.transmit, Content::Write)];
        let tracks = tracks
            .into_iter()
            .filter_map(|(path, content)| Some(Track { path: path.clone()?, content, append: self.append }));
        RecordingPlan {
            read_volume: self.spoken_volume,
            write_volume: self.heard_volume,
            skip: self.skip,
            paused: self.only_bridged,
            ..RecordingPlan::new(tracks.collect())
        }
    }
}

/// Seconds between two beeps: 15 unless they are said, and never less than 5.
pub(crate) fn beep_interval(said: Option<&str>) -> Duration {
    let said = said.and_then(seconds).unwrap_or(Duration::from_secs(15));
    said.max(Duration::from_secs(5))
}

/// Where a file is. Names without an extension are of raw samples, and `wav49` is written as `WAV`.
pub(crate) fn file_in(folder: &Path, name: &str) -> Result<PathBuf, RequestError> {
    let mut path = folder.join(name);
    let leads_out = Path::new(name).components().any(|part| part == Component::ParentDir);
    if leads_out && !Path::new(name).is_absolute() {
        return Err(RequestError::Outside(name.to_owned()));
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("wav49") => path.set_extension("WAV"),
        None => path.set_extension("raw"),
        Some(_) => false,
    };
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &str) -> Result<Request, RequestError> {
        Request::parse(arguments, Path::new("/spool/monitor"))
    }

    #[test]
    fn every_option_is_understood() {
        let request =
            parse("a/b.wav49,abB(7)di(MID)v(2)V(-9)r(in.gsm)t(/tmp/out.wav)pPs(3)Dz,/bin/mail ^{X},y \"z\"");
        let wanted = Request {
            file: Some("/spool/monitor/a/b.WAV".into()),
            receive: Some("/spool/monitor/in.gsm".into()),
            transmit: Some("/tmp/out.wav".into()),
            stereo: true,
            append: true,
            only_bridged: true,
            delete: true,
            heard_volume: 2,
            spoken_volume: -4,
            id_variable: Some("MID".to_owned()),
            beep_at_start: true,
            beep_at_end: true,
            beep_every: Some(Duration::from_secs(7)),
            skip: Duration::from_secs(3),
            command: Some("/bin/mail ^{X},y \"z\"".to_owned()),
            unknown: vec!['z'],
        };
        assert_eq!(request, Ok(wanted));
        let loud = parse("a.wav,W(1)B").unwrap();
        assert_eq!((loud.heard_volume, loud.spoken_volume), (1, 1));
        assert_eq!(loud.beep_every, Some(Duration::from_secs(15)));
    }

    #[test]
    fn files_are_where_recordings_belong() {
        assert_eq!(parse("call").unwrap().file, Some("/spool/monitor/call.raw".into()));
        assert_eq!(parse(",r(x.wav)").unwrap().file, None);
        assert_eq!(parse(""), Err(RequestError::NoFile));
        assert!(matches!(parse("../../etc/passwd"), Err(RequestError::Outside(_))));
        assert!(matches!(parse("a.wav,r(x/../../y.wav)"), Err(RequestError::Outside(_))));
    }

    #[test]
    fn files_become_tracks() {
        let plan = parse("a.wav,bDr(in.wav)s(2)V(1)").unwrap().plan();
        let contents: Vec<Content> = plan.tracks.iter().map(|track| track.content).collect();
        assert_eq!(contents, [Content::Stereo, Content::Read]);
        assert_eq!((plan.paused, plan.skip, plan.read_volume), (true, Duration::from_secs(2), 1));
    }
}
