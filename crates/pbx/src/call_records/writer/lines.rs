//! Lines that are added to a file, all of them or none, and are on the disk before anybody is told so.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Adds `lines`, each with its end, to the file, which is made where it is missing. It is opened each time, for whoever
/// rotates logs may have moved it away.
///
/// # Errors
/// A sentence that says what to do; the file is as it was before then, as far as the disk lets it.
pub(super) fn append(path: &Path, lines: &[u8]) -> Result<(), String> {
    let told = |error: std::io::Error| {
        format!(
            "{error}; give the user of this program the right to write {}, or make room on its disk",
            path.display()
        )
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    let is_new = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).read(true).open(path).map_err(told)?;
    let length = file.metadata().map_err(told)?.len();
    let mut whole = Vec::new();
    // A line that a loss of power cut off ends here.
    if is_torn(&mut file, length).map_err(told)? {
        whole.push(b'\n');
    }
    whole.extend_from_slice(lines);
    let written =
        file.write_all(&whole).and_then(|()| if is_new { file.sync_all() } else { file.sync_data() });
    written.map_err(|error| {
        // What came onto the disk of lines that will be written again must not stay.
        let _ = file.set_len(length);
        told(error)
    })
}

/// Whether the file ends within a line.
fn is_torn(file: &mut File, length: u64) -> std::io::Result<bool> {
    let Some(last) = length.checked_sub(1) else { return Ok(false) };
    let mut octet = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut octet)?;
    Ok(octet != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_to_what_is_there_and_torn_ones_are_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file.csv");
        append(&path, b"one\n").unwrap();
        append(&path, b"two\nthree\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
        std::fs::write(&path, "one\ntw").unwrap();
        append(&path, b"three\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntw\nthree\n");
    }

    #[test]
    fn a_folder_that_is_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cdr-csv"), "").unwrap();
        let problem = append(&folder.path().join("cdr-csv/Master.csv"), b"one\n").unwrap_err();
        assert!(problem.contains("the right to write") && problem.contains("Master.csv"), "{problem}");
    }
}
