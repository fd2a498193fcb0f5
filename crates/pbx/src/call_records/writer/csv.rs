//! `cdr-csv/Master.csv`: one line for each record, and the same in a file for each account code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::field::date;
use super::super::record::CallRecord;
use super::RecordStore;
use super::lines::LineFile;
use crate::configuration::CsvRecords;

/// The files of one folder.
pub(super) struct MasterCsv {
    folder: PathBuf,
    master: LineFile,
    settings: CsvRecords,
    /// Files of accounts, from their first line to the moment when they are on the disk.
    accounts: BTreeMap<String, LineFile>,
    /// Lines for files of accounts that are not written yet, though the master file has them.
    owed: BTreeMap<String, String>,
}

/// Most text that is kept for the files of accounts while they cannot be written.
const MOST_OWED: usize = 1 << 20;

/// Most files of accounts that are open.
const MOST_OPEN: usize = 64;

impl MasterCsv {
    pub(super) fn new(folder: PathBuf, settings: CsvRecords) -> Self {
        let master = LineFile::new(folder.join("Master.csv"));
        Self { folder, master, settings, accounts: BTreeMap::new(), owed: BTreeMap::new() }
    }

    /// Writes the files of accounts; those that cannot be written are tried again with the next records.
    fn write_accounts(&mut self) {
        let Self { folder, accounts, .. } = self;
        let mut problem = None;
        self.owed.retain(|account, text| {
            if accounts.len() >= MOST_OPEN && !accounts.contains_key(account) {
                problem = problem.take().or(sync_all(accounts).err());
            }
            let path = || folder.join(format!("{account}.csv"));
            let file = accounts.entry(account.clone()).or_insert_with(|| LineFile::new(path()));
            let failed = file.append(text.as_bytes()).err();
            let stays = failed.is_some() && text.len() <= MOST_OWED;
            problem = problem.take().or(failed);
            stays
        });
        if let Some(problem) = problem {
            tracing::error!("call records of an account are in Master.csv alone: {problem}");
        }
    }
}

impl RecordStore for MasterCsv {
    fn place(&self) -> String {
        self.master.path().display().to_string()
    }

    fn write(&mut self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let mut all = String::with_capacity(records.len() * 256);
        for record in records {
            line(&mut all, record, &self.settings);
        }
        self.master.append(all.as_bytes())?;
        if self.settings.account_files {
            for record in records.iter().filter(|record| is_file_name(&record.account_code)) {
                let text = self.owed.entry(record.account_code.clone()).or_default();
                line(text, record, &self.settings);
            }
            self.write_accounts();
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), String> {
        self.master.sync().and(sync_all(&mut self.accounts))
    }
}

/// Has all files on the disk, and closes them.
fn sync_all(files: &mut BTreeMap<String, LineFile>) -> Result<(), String> {
    std::mem::take(files).into_values().map(|mut file| file.sync()).fold(Ok(()), Result::and)
}

/// Whether an account code may name a file in the folder.
fn is_file_name(account: &str) -> bool {
    !account.is_empty() && !account.starts_with('.') && !account.contains(['/', '\0']) && account != "Master"
}

/// One record, with the end of its line.
fn line(text: &mut String, record: &CallRecord, settings: &CsvRecords) {
    // A record that is finished has its end.
    let now = record.start;
    let quoted = [
        &record.account_code,
        &record.source,
        &record.destination,
        &record.context,
        &record.caller_id,
        &record.channel,
        &record.peer_channel,
        &record.application,
        &record.arguments,
    ];
    quoted.into_iter().for_each(|field| quote(text, field));
    for moment in [Some(record.start), record.answer, record.end] {
        match moment {
            Some(moment) => quote(text, &date(moment, settings.greenwich)),
            None => text.push(','),
        }
    }
    // Writing into a String cannot fail.
    let _ = write!(text, "{},{},", record.duration(now).as_secs(), record.billed_seconds(now));
    quote(text, &record.disposition.to_string());
    quote(text, &record.ama_flags.to_string());
    if settings.unique_id {
        quote(text, &record.unique_id);
    }
    if settings.user_field {
        quote(text, &record.user_field);
    }
    if settings.new_columns {
        quote(text, &record.peer_account);
        quote(text, &record.linked_id);
        let _ = write!(text, "{},", record.sequence);
    }
    text.pop();
    text.push('\n');
}

/// A field in quotes, and the comma behind it. A line is one record, whatever a caller puts into its name.
fn quote(text: &mut String, field: &str) {
    text.push('"');
    let mut rest = field;
    while let Some(at) = rest.find(['"', '\n', '\r']) {
        let (plain, odd) = rest.split_at(at);
        text.push_str(plain);
        text.push_str(if odd.starts_with('"') { "\"\"" } else { " " });
        rest = &odd[1..];
    }
    text.push_str(rest);
    text.push_str("\",");
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::record;
    use super::*;

    fn settings() -> CsvRecords {
        CsvRecords { greenwich: true, ..CsvRecords::default() }
    }

    fn written(record: &CallRecord, settings: &CsvRecords) -> String {
        let mut text = String::new();
        line(&mut text, record, settings);
        text
    }

    #[test]
    fn a_line_has_the_fields_in_the_order_that_billing_programs_expect() {
        let plain = "\"sales\",\"100\",\"200\",\"phones\",\"\"\"Alice\"\" <100>\",\"PJSIP/alice-00000001\",\
                     \"PJSIP/bob-00000002\",\"Dial\",\"PJSIP/bob,20\",\"2023-11-14 22:13:20\",\"2023-11-14 22:13:22\",\
                     \"2023-11-14 22:13:32\",12,10,\"ANSWERED\",\"DOCUMENTATION\"";
        assert_eq!(written(&record(), &settings()), format!("{plain}\n"));
        let all = CsvRecords { unique_id: true, user_field: true, new_columns: true, ..settings() };
        let more = ",\"1700000000.1\",\"a, \"\"b\"\"\",\"service\",\"1700000000.1\",7\n";
        assert_eq!(written(&record(), &all), format!("{plain}{more}"));
    }

    #[test]
    fn an_answer_that_never_came_is_empty_and_a_line_stays_one() {
        let mut record = record();
        record.answer = None;
        record.caller_id = "\"two\nlines\" <1>".into();
        let text = written(&record, &settings());
        assert!(text.contains("\"2023-11-14 22:13:20\",,\"2023-11-14 22:13:32\",12,0,"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn accounts_have_files_of_their_own_unless_their_names_lead_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let mut csv = MasterCsv::new(folder.path().join("cdr-csv"), settings());
        let with = |account: &str| Arc::new(CallRecord { account_code: account.into(), ..record() });
        csv.write(&[with("sales"), with("../x"), with(".hidden"), with(""), with("sales")]).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join("cdr-csv").join(name));
        csv.sync().unwrap();
        assert_eq!(read("Master.csv").unwrap().lines().count(), 5);
        assert_eq!(read("sales.csv").unwrap().lines().count(), 2);
        assert_eq!(std::fs::read_dir(folder.path().join("cdr-csv")).unwrap().count(), 2);
        assert!(!folder.path().join("x.csv").exists());
        let many: Vec<_> = (0..2 * MOST_OPEN).map(|n| with(&n.to_string())).collect();
        csv.write(&many).unwrap();
        assert!(csv.accounts.len() <= MOST_OPEN);
        assert_eq!(read("100.csv").unwrap().lines().count(), 1);
    }

    #[test]
    fn an_account_that_cannot_be_written_holds_up_no_other_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut csv = MasterCsv::new(folder.path().into(), settings());
        let with = |account: &str| Arc::new(CallRecord { account_code: account.into(), ..record() });
        std::fs::create_dir(folder.path().join("a.csv")).unwrap();
        csv.write(&[with("a"), with("b")]).unwrap();
        std::fs::remove_dir(folder.path().join("a.csv")).unwrap();
        csv.write(&[with("a")]).unwrap();
        let lines = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap().lines().count();
        assert_eq!((lines("a.csv"), lines("b.csv"), lines("Master.csv")), (2, 1, 3));
    }
}
