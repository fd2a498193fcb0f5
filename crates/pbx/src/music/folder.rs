//! The pieces of a folder.

use std::collections::BTreeSet;
use std::path::Path;

use audio::FileFormat;
use call_control::MusicPiece;

/// Most pieces of a class.
const MOST: usize = 10_000;

/// The sound files of a folder by name, each once whatever its formats.
pub(super) fn pieces(folder: &Path) -> Result<Vec<MusicPiece>, String> {
    let entries = folder.read_dir().map_err(|error| {
        format!("has no music: {}: {error}; make the folder, or name another directory", folder.display())
    })?;
    let mut names = BTreeSet::new();
    for path in entries.flatten().map(|entry| entry.path()).take(MOST) {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && FileFormat::of(&path).is_some() && path.is_file() {
            names.extend(path.with_extension("").to_str().map(str::to_owned));
        }
    }
    match names.is_empty() {
        true => Err(format!("has no music: {} holds no sound file that can be read", folder.display())),
        false => Ok(names.into_iter().map(MusicPiece::File).collect()),
    }
}

/// An entry of a playlist, which may name a format.
pub(super) fn without_extension(entry: &str) -> String {
    let path = Path::new(entry);
    match FileFormat::of(path) {
        Some(_) => path.with_extension("").to_string_lossy().into_owned(),
        None => entry.to_owned(),
    }
}
