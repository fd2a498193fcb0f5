//! A file below `cdr-custom`, with a line of one's own for each record (`cdr_custom.conf`).

use std::path::PathBuf;
use std::sync::Arc;

use super::super::record::CallRecord;
use super::template::fill;
use super::{RecordStore, lines};

/// One file.
pub(super) struct CustomFile {
    path: PathBuf,
    template: String,
}

impl CustomFile {
    pub(super) fn new(path: PathBuf, template: String) -> Self {
        Self { path, template }
    }
}

impl RecordStore for CustomFile {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn write(&mut self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let mut all = String::new();
        for record in records {
            all.push_str(&fill(&self.template, record).replace(['\n', '\r'], " "));
            all.push('\n');
        }
        lines::append(&self.path, all.as_bytes())
    }
}
