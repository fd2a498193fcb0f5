use std::path::{Path, PathBuf};

/// What somebody has said as its name before it entered. The file goes when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct SpokenName {
    path: PathBuf,
    /// The same without its extension.
    prompt: String,
}

impl SpokenName {
    /// The name that stands in a file.
    pub(crate) fn new(path: PathBuf) -> Self {
        let prompt = path.with_extension("").to_string_lossy().into_owned();
        Self { path, prompt }
    }

    /// Its file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What plays it.
    pub(crate) fn prompt(&self) -> &str {
        &self.prompt
    }
}

impl Drop for SpokenName {
    fn drop(&mut self) {
        // One that was never written is gone already. A small file of our own: nobody waits for the disk.
        let _ = std::fs::remove_file(&self.path);
    }
}
