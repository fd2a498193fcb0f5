//! `musiconhold.conf`: the classes of music for those who wait.

use std::path::PathBuf;
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, Section};
use audio::FileFormat;
use call_control::MusicOrder;

use super::values::{Values, at};

/// What `musiconhold.conf` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MusicConfiguration {
    /// `preferchannelclass`: the class of the channel comes before the one that the other party suggests.
    pub prefers_channel_class: bool,
    /// The classes.
    pub classes: Vec<MusicSection>,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MusicSection {
    /// Its name.
    pub name: String,
    /// `mode`, and what belongs to it.
    pub mode: MusicMode,
    /// `sort`, or `random`.
    pub order: MusicOrder,
    /// `digit`: a listener who presses it hears this class.
    pub digit: Option<char>,
    /// `announcement`: a prompt between pieces.
    pub announcement: Option<String>,
    /// `answeredonly`.
    pub answered_only: bool,
    /// `loop_last`.
    pub repeats_last: bool,
}

/// Where the music of a class comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MusicMode {
    /// `files`, and the four of MP3: all sound files of a folder.
    Files {
        /// The word, for consoles.
        word: &'static str,
        /// `directory`; a relative one is below the data folder.
        directory: PathBuf,
    },
    /// `playlist`: each `entry`, a path or an address.
    Playlist(Vec<String>),
    /// `custom`: a program that writes sound to its standard output.
    Custom(MusicProgram),
}

/// A program that plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MusicProgram {
    /// `application`, cut at blanks.
    pub command: Vec<String>,
    /// `directory`: its files are given to the program behind its own arguments.
    pub directory: Option<PathBuf>,
    /// `format` of what it writes.
    pub format: FileFormat,
    /// `kill_method`: whether its children end with it.
    pub with_group: bool,
    /// `kill_escalation_delay`: how long it has after each signal.
    pub patience: Duration,
}

impl Default for MusicConfiguration {
    fn default() -> Self {
        Self { prefers_channel_class: true, classes: Vec::new() }
    }
}

const KEYS: &[&str] = &[
    "mode",
    "directory",
    "entry",
    "application",
    "format",
    "sort",
    "random",
    "digit",
    "announcement",
    "answeredonly",
    "loop_last",
    "kill_escalation_delay",
    "kill_method",
];

const GENERAL: &[&str] = &["cachertclasses", "preferchannelclass"];

/// The modes of folders. Those of MP3 play what `files` plays: the readers of all formats are in the house.
const FOLDERS: &[&str] = &["files", "mp3", "quietmp3", "mp3nb", "quietmp3nb"];

impl MusicConfiguration {
    /// Reads all sections.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut music = Self::default();
        for section in config.objects() {
            let mut values = Values { section, found };
            if section.name.value.eq_ignore_ascii_case("general") {
                values.check_keys("[general] of musiconhold.conf", GENERAL, |_| None);
                music.prefers_channel_class = values.flag("preferchannelclass", true);
            } else {
                values.check_keys("a class of musiconhold.conf", KEYS, |_| None);
                music.classes.extend(class(&mut values));
            }
        }
        music
    }
}

fn class(values: &mut Values<'_>) -> Option<MusicSection> {
    let random = values.flag("random", false);
    let words =
        [("alpha", MusicOrder::InOrder), ("random", MusicOrder::Random), ("randstart", MusicOrder::AnyStart)];
    let default = if random { MusicOrder::Random } else { MusicOrder::InOrder };
    Some(MusicSection {
        name: values.section.name.value.clone(),
        mode: mode(values)?,
        order: values.choice("sort", &words, default),
        digit: digit(values),
        announcement: values.text("announcement"),
        answered_only: values.flag("answeredonly", false),
        repeats_last: values.flag("loop_last", false),
    })
}

fn digit(values: &mut Values<'_>) -> Option<char> {
    let text = values.text("digit")?;
    let mut keys = text.chars();
    match (keys.next(), keys.next()) {
        (Some(key @ ('0'..='9' | '*' | '#' | 'A'..='D')), None) => Some(key),
        _ => {
            values.odd(
                "digit",
                format!("'{text}' is no key; none chooses this class"),
                "write one of 0 to 9, * and #",
            );
            None
        }
    }
}

fn mode(values: &mut Values<'_>) -> Option<MusicMode> {
    let Some(word) = values.text("mode") else {
        tell(
            values.section,
            values.found,
            "has no mode, and nobody hears it",
            "write mode=files and directory=…",
        );
        return None;
    };
    let directory = values.text("directory").map(PathBuf::from);
    if let Some(word) = FOLDERS.iter().find(|known| known.eq_ignore_ascii_case(&word)) {
        let Some(directory) = directory else {
            tell(
                values.section,
                values.found,
                "has no directory, and nobody hears it",
                "write directory=moh",
            );
            return None;
        };
        return Some(MusicMode::Files { word, directory });
    }
    match word.to_ascii_lowercase().as_str() {
        "playlist" => playlist(values),
        "custom" => custom(values, directory),
        other => {
            let message = format!("mode: '{other}' is none; nobody hears the class");
            let finding = Diagnostic::warning("bad-value", message)
                .help("known are files, playlist, custom, mp3, quietmp3, mp3nb and quietmp3nb");
            values.found.push(at(finding, values.span("mode")));
            None
        }
    }
}

fn playlist(values: &mut Values<'_>) -> Option<MusicMode> {
    let entries = values.section.all("entry").map(|entry| entry.value.value.trim().to_owned());
    let (usable, odd): (Vec<_>, Vec<_>) =
        entries.partition(|entry| entry.starts_with('/') || is_address(entry));
    for entry in odd {
        values.odd(
            "entry",
            format!("'{entry}' is neither an absolute path nor an address, and is left out"),
            "write /srv/music/piece or https://…",
        );
    }
    if usable.is_empty() {
        tell(
            values.section,
            values.found,
            "has no entry, and nobody hears it",
            "write entry=/srv/music/piece",
        );
        return None;
    }
    Some(MusicMode::Playlist(usable))
}

/// Whether an entry is on a web server.
pub(crate) fn is_address(entry: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| entry.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

fn custom(values: &mut Values<'_>, directory: Option<PathBuf>) -> Option<MusicMode> {
    let command: Vec<String> =
        values.text("application").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if command.is_empty() {
        tell(
            values.section,
            values.found,
            "has no application, and nobody hears it",
            "write application=/usr/bin/program and its arguments; it writes raw sound to its standard output",
        );
        return None;
    }
    let milliseconds = values.number("kill_escalation_delay", 500_u64);
    Some(MusicMode::Custom(MusicProgram {
        command,
        // Words that say that there is none.
        directory: directory.filter(|folder| folder != "nodir" && folder != "none"),
        format: format(values),
        with_group: values.choice("kill_method", &[("process_group", true), ("process", false)], true),
        patience: Duration::from_millis(milliseconds.min(60_000)),
    }))
}

/// What the program writes: what is decoded as it comes.
fn format(values: &mut Values<'_>) -> FileFormat {
    let Some(text) = values.text("format") else { return FileFormat::Linear(8_000) };
    let name = text.to_ascii_lowercase();
    let format = match name.strip_prefix("slin") {
        Some("") => Some(FileFormat::Linear(8_000)),
        Some(rate) => FileFormat::from_extension(&format!("sln{rate}")),
        None => FileFormat::from_extension(&name),
    };
    match format {
        Some(format @ (FileFormat::Linear(_) | FileFormat::Ulaw | FileFormat::Alaw)) => format,
        _ => {
            let message = format!("'{text}' cannot be read from a program; slin is taken");
            values.odd("format", message, "write slin, slin16 to slin192, ulaw or alaw");
            FileFormat::Linear(8_000)
        }
    }
}

fn tell(section: &Section, found: &mut Vec<Diagnostic>, problem: &str, help: &str) {
    let message = format!("the class '{}' {problem}", section.name.value);
    found.push(Diagnostic::warning("music-class", message).at(section.name.span).help(help));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn of(text: &str) -> (MusicConfiguration, Vec<Diagnostic>) {
        let path = "/etc/asterisk/musiconhold.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        (MusicConfiguration::read(&config, &mut found), found)
    }

    #[test]
    fn every_mode_is_read() {
        let (music, found) = of("[general]\npreferchannelclass=no\n\
            [default]\nmode=files\ndirectory=moh\nsort=randstart\ndigit=#\nannouncement=queue-thankyou\n\
            [old]\nmode=quietmp3\ndirectory=/srv/mp3\nrandom=yes\n\
            [list]\nmode=playlist\nentry=/srv/one\nentry=https://radio.example/live\nloop_last=yes\nansweredonly=yes\n\
            [radio]\nmode=custom\napplication=/usr/bin/player -r 8000 -\ndirectory=nodir\nformat=slin16\n\
            kill_method=process\nkill_escalation_delay=200\n");
        assert!(found.is_empty(), "{found:?}");
        assert!(!music.prefers_channel_class);
        let [default, old, list, radio] = &music.classes[..] else { panic!("{music:?}") };
        assert_eq!(default.mode, MusicMode::Files { word: "files", directory: "moh".into() });
        assert_eq!((default.order, default.digit), (MusicOrder::AnyStart, Some('#')));
        assert_eq!(default.announcement.as_deref(), Some("queue-thankyou"));
        assert_eq!(old.order, MusicOrder::Random);
        let entries = vec!["/srv/one".to_owned(), "https://radio.example/live".to_owned()];
        assert_eq!(list.mode, MusicMode::Playlist(entries));
        assert!(list.repeats_last && list.answered_only);
        let MusicMode::Custom(program) = &radio.mode else { panic!("{radio:?}") };
        assert_eq!(program.command, ["/usr/bin/player", "-r", "8000", "-"]);
        assert_eq!((program.format, program.directory.as_ref()), (FileFormat::Linear(16_000), None));
        assert_eq!((program.with_group, program.patience), (false, Duration::from_millis(200)));
    }

    #[test]
    fn what_cannot_be_heard_is_told() {
        for text in [
            "[a]\n",
            "[a]\nmode=files\n",
            "[a]\nmode=tape\n",
            "[a]\nmode=playlist\nentry=relative\n",
            "[a]\nmode=custom\n",
        ] {
            let (music, found) = of(text);
            assert!(music.classes.is_empty() && !found.is_empty(), "{text}");
        }
        let (music, found) = of("[a]\nmode=files\ndirectory=x\ndigit=77\nsort=loud\nformt=slin\n");
        assert_eq!((music.classes.len(), found.len()), (1, 3), "{found:?}");
    }
}
