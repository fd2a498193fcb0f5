use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{EmbeddedSounds, SoundError, language};
use crate::au;
use crate::error::AudioError;
use crate::format::FileFormat;
use crate::music::MusicReader;
use crate::pcm::Pcm;
use crate::wav;

/// Octets of a music file that are read to know its rate.
const PROBED: u64 = 1 << 20;

/// How [`SoundError::NotFound`] names the sounds inside the program.
const BUILT_IN: &str = "(built in)";

/// Where prompts are: a list of folders, and at last those inside the program. Clone is cheap.
///
/// ```no_run
/// let library = audio::Library::new(["/var/lib/asterisk/sounds".into(), "/usr/share/asterisk/sounds".into()]);
/// let prompt = library.load("digits/1", "fr_CA", 8_000)?;
/// # Ok::<(), audio::SoundError>(())
/// ```
#[derive(Clone)]
pub struct Library {
    folders: Arc<[PathBuf]>,
    embedded: Option<Arc<dyn EmbeddedSounds>>,
}

/// A sound that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub location: Location,
    /// How it is stored.
    pub format: FileFormat,
    /// Its rate in Hz; `None` when its header cannot be read, which [`Library::load`] then tells about.
    pub rate: Option<u32>,
}

/// Where a sound is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In a file.
    File(PathBuf),
    /// Inside the program, at this path.
    Embedded(String),
}

impl Library {
    /// A library over folders, searched in this order. One that does not exist is passed over.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Library {
        Library { folders: folders.into_iter().collect(), embedded: None }
    }

    /// The same library with sounds inside the program as its last folder.
    pub fn with_embedded(self, embedded: impl EmbeddedSounds + 'static) -> Library {
        Library { embedded: Some(Arc::new(embedded)), ..self }
    }

    /// The folders, in the order of the search.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Finds a sound by its name without extension, such as `hello-world`, `digits/1` or `/srv/prompts/menu`.
    ///
    /// Of several formats in one place, the one whose rate is the nearest at or above `rate` wins, else the
    /// nearest below. An absolute name is taken as it is, whatever the language. Blocks while it asks the file
    /// system; keep what it says for prompts that are played often.
    ///
    /// # Errors
    /// [`SoundError::NotFound`] with all folders searched, [`SoundError::Name`] for a name that is empty or
    /// climbs out of the folders with `..`.
    pub fn find(&self, name: &str, language: &str, rate: u32) -> Result<Found, SoundError> {
        check(name)?;
        let mut searched = Vec::new();
        if Path::new(name).is_absolute() {
            let base = Path::new(name);
            if let Some(found) = best(in_folder(base), rate) {
                return Ok(found);
            }
            searched.extend(base.parent().map(Path::to_path_buf));
            return Err(not_found(name, language, searched));
        }
        for language in language::folders(language) {
            for folder in self.folders.iter() {
                let folder = language::folder_below(folder, language);
                if let Some(found) = best(in_folder(&folder.join(name)), rate) {
                    return Ok(found);
                }
                searched.push(folder);
            }
            if let Some(embedded) = &self.embedded {
                let base = if language.is_empty() { name.to_owned() } else { format!("{language}/{name}") };
                if let Some(found) = best(in_program(embedded.as_ref(), &base), rate) {
                    return Ok(found);
                }
                searched.push(Path::new(BUILT_IN).join(language));
            }
        }
        Err(not_found(name, language, searched))
    }

    /// Finds a sound and reads it, at `rate`.
    ///
    /// # Errors
    /// As [`find`](Library::find), and [`SoundError::Unreadable`] for a file that is damaged or refused.
    pub fn load(&self, name: &str, language: &str, rate: u32) -> Result<Pcm, SoundError> {
        let found = self.find(name, language, rate)?;
        let (path, read) = match found.location {
            Location::File(path) => {
                let file = File::open(&path).map_err(AudioError::Io);
                let read = file.and_then(|file| found.format.read_at(file, rate));
                (path, read)
            }
            Location::Embedded(path) => {
                let bytes = self.embedded.as_ref().and_then(|embedded| embedded.open(&path));
                let read = found.format.decode(&bytes.unwrap_or_default());
                (Path::new(BUILT_IN).join(path), read)
            }
        };
        read.map(|pcm| pcm.resampled(rate)).map_err(|source| SoundError::Unreadable {
            name: name.to_owned(),
            path,
            source,
        })
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library")
            .field("folders", &self.folders)
            .field("embedded", &self.embedded.is_some())
            .finish()
    }
}

/// A name is made of ordinary parts: no `..`, nothing a file system would stumble over.
fn check(name: &str) -> Result<(), SoundError> {
    let bad = |reason| Err(SoundError::Name { name: name.to_owned(), reason });
    if name.is_empty() || name.ends_with('/') {
        return bad("it is empty, or ends with `/`");
    }
    if name.contains('\0') || name.len() > 1_024 {
        return bad("it holds a NUL or is longer than 1024 octets");
    }
    let ordinary =
        |part: Component<'_>| matches!(part, Component::Normal(_) | Component::RootDir | Component::CurDir);
    if !Path::new(name).components().all(ordinary) {
        return bad("`..` may not be used, it could lead out of the sound folders");
    }
    Ok(())
}

fn not_found(name: &str, language: &str, searched: Vec<PathBuf>) -> SoundError {
    let hint = match FileFormat::of(Path::new(name)) {
        Some(_) => "; names are given without their extension",
        None => "",
    };
    SoundError::NotFound { name: name.to_owned(), language: language.to_owned(), searched, hint }
}

/// The files of a name in one place, whatever their format.
fn in_folder(base: &Path) -> impl Iterator<Item = Found> {
    let there = base.parent().is_some_and(Path::is_dir);
    let base = there.then(|| base.as_os_str().to_owned());
    base.into_iter().flat_map(|base| {
        FileFormat::extensions().filter_map(move |(extension, format)| {
            let mut path = base.clone();
            path.push(".");
            path.push(extension);
            let path = PathBuf::from(path);
            let rate = path.is_file().then(|| format.rate().or_else(|| rate_of_file(&path, format)))?;
            Some(Found { location: Location::File(path), format, rate })
        })
    })
}

/// The sounds of a name inside the program, whatever their format.
fn in_program(embedded: &dyn EmbeddedSounds, base: &str) -> impl Iterator<Item = Found> {
    FileFormat::extensions().filter_map(move |(extension, format)| {
        let path = format!("{base}.{extension}");
        let bytes = embedded.open(&path)?;
        let rate = format.rate().or_else(|| rate_of(bytes.as_ref(), format));
        Some(Found { location: Location::Embedded(path), format, rate })
    })
}

/// The rate that a header tells.
fn rate_of_file(path: &Path, format: FileFormat) -> Option<u32> {
    let file = File::open(path).ok()?;
    match format {
        FileFormat::Music => {
            let mut reader = MusicReader::new(file.take(PROBED)).ok()?;
            reader.next_samples().ok()?.map(|(_, rate)| rate)
        }
        _ => rate_of(file, format),
    }
}

fn rate_of(reader: impl Read, format: FileFormat) -> Option<u32> {
    if format == FileFormat::Au {
        return au::rate(reader).ok();
    }
    wav::probe(reader).ok().map(|info| info.rate)
}

/// The nearest rate at or above the wanted one, else the nearest below; unreadable ones last.
fn best(candidates: impl Iterator<Item = Found>, wanted: u32) -> Option<Found> {
    candidates.min_by_key(|found| match found.rate {
        Some(rate) if rate >= wanted => (0, rate - wanted),
        Some(rate) => (1, wanted - rate),
        None => (2, 0),
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fs;

    use super::*;
    use crate::wav::Encoding;

    /// A folder with files of some content; the content does not matter for raw formats.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, [0x80; 16]).unwrap();
        }
        folder
    }

    fn found(library: &Library, name: &str, language: &str, rate: u32) -> String {
        match library.find(name, language, rate).unwrap().location {
            Location::File(path) => path
                .strip_prefix(&library.folders()[0])
                .or_else(|_| path.strip_prefix(library.folders().last().unwrap()))
                .unwrap()
                .display()
                .to_string(),
            Location::Embedded(path) => format!("built in {path}"),
        }
    }

    #[test]
    fn languages_are_searched_from_the_nearest_to_english() {
        let files = [
            "fr_CA/a.ulaw",
            "fr/a.ulaw",
            "a.ulaw",
            "en/a.ulaw",
            "fr/b.ulaw",
            "b.ulaw",
            "c.ulaw",
            "en/c.ulaw",
            "en/digits/1.ulaw",
        ];
        let folder = folder(&files);
        let library = Library::new([folder.path().to_path_buf()]);
        assert_eq!(found(&library, "a", "fr_CA", 8_000), "fr_CA/a.ulaw");
        assert_eq!(found(&library, "a", "fr", 8_000), "fr/a.ulaw");
        assert_eq!(found(&library, "b", "fr_CA", 8_000), "fr/b.ulaw");
        assert_eq!(found(&library, "c", "fr", 8_000), "c.ulaw");
        assert_eq!(found(&library, "a", "de", 8_000), "a.ulaw");
        assert_eq!(found(&library, "a", "", 8_000), "a.ulaw");
        assert_eq!(found(&library, "a", "en", 8_000), "en/a.ulaw");
        assert_eq!(found(&library, "digits/1", "fr", 8_000), "en/digits/1.ulaw");
    }

    #[test]
    fn a_voice_speaks_for_its_language_where_nobody_else_does() {
        let voices =
            folder(&["en_US_f_Allison/a.ulaw", "en_AU/c.ulaw", "fr_CA_f_June/a.ulaw", "french/a.ulaw"]);
        let library = Library::new([voices.path().to_path_buf()]);
        assert_eq!(found(&library, "a", "en_US", 8_000), "en_US_f_Allison/a.ulaw");
        assert_eq!(found(&library, "a", "fr", 8_000), "fr_CA_f_June/a.ulaw");
        assert_eq!(found(&library, "c", "en", 8_000), "en_AU/c.ulaw");
        let chosen = folder(&["en_US_f_Allison/a.ulaw", "en/a.alaw"]);
        let library = Library::new([chosen.path().to_path_buf()]);
        assert_eq!(found(&library, "a", "en", 8_000), "en/a.alaw");
    }

    #[test]
    fn a_better_language_beats_an_earlier_folder() {
        let (first, second) = (folder(&["en/a.ulaw", "fr/b.ulaw"]), folder(&["fr/a.alaw", "fr/b.alaw"]));
        let library = Library::new([first.path().to_path_buf(), second.path().to_path_buf()]);
        assert_eq!(found(&library, "a", "fr", 8_000), "fr/a.alaw");
        assert_eq!(found(&library, "b", "fr", 8_000), "fr/b.ulaw");
    }

    #[test]
    fn the_rate_nearest_above_is_preferred() {
        let folder = folder(&["a.ulaw", "a.sln16", "a.sln48", "b.ulaw", "b.sln12"]);
        fs::write(folder.path().join("a.wav"), Pcm::new(24_000, vec![0; 9]).to_wav(Encoding::Ulaw).unwrap())
            .unwrap();
        let library = Library::new([folder.path().to_path_buf()]);
        for (rate, file) in [
            (8_000, "a.ulaw"),
            (16_000, "a.sln16"),
            (24_000, "a.wav"),
            (32_000, "a.sln48"),
            (96_000, "a.sln48"),
        ] {
            assert_eq!(found(&library, "a", "en", rate), file);
        }
        assert_eq!(found(&library, "b", "en", 16_000), "b.sln12");
    }

    #[test]
    fn a_missing_sound_names_every_folder() {
        let library = Library::new(["/nowhere/a".into(), "/nowhere/b".into()]).with_embedded(Inside);
        let error = library.find("hello", "fr_CA", 8_000).unwrap_err();
        let SoundError::NotFound { searched, .. } = &error else { panic!("{error}") };
        assert_eq!(searched.len(), 12);
        let text = error.to_string();
        for folder in ["/nowhere/a/fr_CA", "/nowhere/b/fr", "/nowhere/a", "(built in)/en"] {
            assert!(text.contains(folder), "{text}");
        }
        let text = library.find("hello.wav", "en", 8_000).unwrap_err().to_string();
        assert!(text.contains("without their extension"), "{text}");
        let text = Library::new([]).find("hello", "en", 8_000).unwrap_err().to_string();
        assert!(text.contains("none is configured"), "{text}");
    }

    #[test]
    fn names_cannot_climb_out() {
        let library = Library::new(["/tmp".into()]);
        for name in ["../etc/passwd", "digits/../../x", "..", "/etc/../etc/passwd", "a\0b", "", "digits/"] {
            assert!(matches!(library.find(name, "en", 8_000), Err(SoundError::Name { .. })), "{name}");
        }
    }

    #[test]
    fn an_absolute_name_is_taken_as_it_is() {
        let folder = folder(&["menu.ulaw"]);
        let name = folder.path().join("menu").display().to_string();
        let found = Library::new([]).find(&name, "fr", 8_000).unwrap();
        assert_eq!(found.location, Location::File(folder.path().join("menu.ulaw")));
        let error = Library::new([]).find(&format!("{name}2"), "fr", 8_000).unwrap_err().to_string();
        assert!(error.contains(&folder.path().display().to_string()), "{error}");
    }

    struct Inside;

    impl EmbeddedSounds for Inside {
        fn open(&self, path: &str) -> Option<Cow<'static, [u8]>> {
            match path {
                "en/beep.wav" => {
                    Some(Pcm::new(16_000, vec![5; 320]).to_wav(Encoding::Signed16).unwrap().into())
                }
                "fr/bad.wav" => Some(Cow::Borrowed(b"RIFF")),
                _ => None,
            }
        }
    }

    #[test]
    fn sounds_inside_the_program_come_last() {
        let folder = folder(&["en/beep.ulaw"]);
        let library = Library::new([folder.path().to_path_buf()]).with_embedded(Inside);
        assert_eq!(found(&library, "beep", "fr", 8_000), "en/beep.ulaw");
        let library = Library::new([]).with_embedded(Inside);
        assert_eq!(
            library.find("beep", "fr", 8_000).unwrap().location,
            Location::Embedded("en/beep.wav".into())
        );
        assert_eq!(library.load("beep", "fr", 8_000).unwrap().samples.len(), 160);
    }

    #[test]
    fn a_damaged_sound_is_named() {
        let library = Library::new([]).with_embedded(Inside);
        let error = library.load("bad", "fr", 8_000).unwrap_err().to_string();
        assert!(error.starts_with("sound `bad`: (built in)/fr/bad.wav: not a readable WAV"), "{error}");
    }
}
