//! The fields of a record by the names that dialplans and files know, as text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::record::{CallRecord, Disposition};

/// The fields that every record has, except `userfield`, `accountcode` and `amaflags`: dialplans may read them and no more.
pub(crate) const READ_ONLY: &[&str] = &[
    "clid",
    "src",
    "dst",
    "dcontext",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "uniqueid",
    "linkedid",
    "sequence",
];

/// How a field is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people: dates, words, whole seconds.
    #[default]
    Plain,
    /// `u`: times in seconds since 1970, words as their numbers.
    Raw,
    /// `f`: times and durations with fractions.
    Fraction,
}

impl Form {
    /// What the options of `CDR(field,options)` ask for.
    pub(crate) fn of_options(options: &str) -> Self {
        match (options.contains('f'), options.contains('u')) {
            (true, _) => Self::Fraction,
            (false, true) => Self::Raw,
            (false, false) => Self::Plain,
        }
    }
}

/// A field, or what the dialplan noted under that name; empty where there is neither.
pub(crate) fn text(record: &CallRecord, name: &str, form: Form, now: SystemTime) -> String {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "accountcode" => record.account_code.clone(),
        "src" => record.source.clone(),
        "dst" => record.destination.clone(),
        "dcontext" => record.context.clone(),
        "clid" => record.caller_id.clone(),
        "channel" => record.channel.clone(),
        "dstchannel" => record.peer_channel.clone(),
        "lastapp" => record.application.clone(),
        "lastdata" => record.arguments.clone(),
        "start" => moment(Some(record.start), form),
        "answer" => moment(record.answer, form),
        "end" => moment(record.end, form),
        "duration" => seconds(record.duration(now), record.duration(now).as_secs(), form),
        "billsec" => seconds(record.billable(now), record.billed_seconds(now), form),
        "disposition" if form == Form::Raw => record.disposition.number().to_string(),
        "disposition" => record.disposition.to_string(),
        "amaflags" if form == Form::Raw => record.ama_flags.number().to_string(),
        "amaflags" => record.ama_flags.to_string(),
        "userfield" => record.user_field.clone(),
        "uniqueid" => record.unique_id.clone(),
        "linkedid" => record.linked_id.clone(),
        "peeraccount" => record.peer_account.clone(),
        "sequence" => record.sequence.to_string(),
        _ => record.variable(&name).unwrap_or_default().to_owned(),
    }
}

/// A moment; nothing where there is none.
fn moment(moment: Option<SystemTime>, form: Form) -> String {
    let Some(moment) = moment else { return String::new() };
    match form {
        Form::Plain => date(moment, false),
        Form::Raw | Form::Fraction => {
            let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
            format!("{}.{:06}", since.as_secs(), since.subsec_micros())
        }
    }
}

fn seconds(exact: Duration, whole: u64, form: Form) -> String {
    match form {
        Form::Fraction => format!("{}.{:06}", exact.as_secs(), exact.subsec_micros()),
        Form::Plain | Form::Raw => whole.to_string(),
    }
}

/// `2026-01-31 12:00:00` of the zone of the machine, or of Greenwich.
pub(super) fn date(moment: SystemTime, greenwich: bool) -> String {
    let zone = if greenwich { TimeZone::UTC } else { TimeZone::system() };
    let timestamp = Timestamp::try_from(moment).unwrap_or_default();
    let moment = timestamp.to_zoned(zone).datetime();
    let parts = [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()];
    let mut text = format!("{:04}", moment.year());
    // None of them has more than two digits, or is below 0.
    for (mark, part) in "-- ::".chars().zip(parts.map(i8::unsigned_abs)) {
        text.extend([mark, char::from(b'0' + part / 10), char::from(b'0' + part % 10)]);
    }
    text
}

/// Whether a record counts as one that somebody answered or that found no line: those are kept in any case.
pub(super) fn always_kept(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Answered | Disposition::Congestion)
}

#[cfg(test)]
mod tests {
    use super::super::sample::record;
    use super::*;

    #[test]
    fn fields_have_three_forms() {
        let mut record = record();
        record.end = None;
        let now = record.start + Duration::from_millis(7_500);
        let read = |name: &str, form| text(&record, name, form, now);
        assert_eq!((read("duration", Form::Plain), read("billsec", Form::Plain)), ("7".into(), "5".into()));
        assert_eq!(read("billsec", Form::Fraction), "5.500000");
        assert_eq!(read("start", Form::Raw), "1700000000.000000");
        assert_eq!(
            (read("disposition", Form::Plain), read("disposition", Form::Raw)),
            ("ANSWERED".into(), "8".into())
        );
        assert_eq!(
            (read("AMAFLAGS", Form::Plain), read("amaflags", Form::Raw)),
            ("DOCUMENTATION".into(), "3".into())
        );
        assert_eq!((read("end", Form::Plain), read("Customer", Form::Plain)), (String::new(), "42".into()));
        assert_eq!(date(record.start, true), "2023-11-14 22:13:20");
    }

    #[test]
    fn a_second_that_was_begun_may_count_as_a_whole() {
        let mut record = record();
        record.end = Some(record.start + Duration::from_millis(7_001));
        assert_eq!(record.billed_seconds(record.start), 5);
        record.whole_seconds = true;
        assert_eq!(record.billed_seconds(record.start), 6);
        record.answer = None;
        assert_eq!(record.billed_seconds(record.start), 0);
    }
}
