//! A file below `cdr-custom`, with a line of one's own for each record (`cdr_custom.conf`).

use std::path::PathBuf;
use std::sync::Arc;

use super::super::record::CallRecord;
use super::RecordStore;
use super::lines::LineFile;
use super::template::fill;

/// One file.
pub(super) struct CustomFile {
    file: LineFile,
    template: String,
}

impl CustomFile {
    pub(super) fn new(path: PathBuf, template: String) -> Self {
        Self { file: LineFile::new(path), template }
    }
}

impl RecordStore for CustomFile {
    fn place(&self) -> String {
        self.file.path().display().to_string()
    }

    fn write(&mut self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let mut all = String::new();
        for record in records {
            all.push_str(&fill(&self.template, record).replace(['\n', '\r'], " "));
            all.push('\n');
        }
        self.file.append(all.as_bytes())
    }

    fn sync(&mut self) -> Result<(), String> {
        self.file.sync()
    }
}
