//! A record put into the template of a file or a table: `${CSV_QUOTE(${CDR(clid)})}`.

use std::time::SystemTime;

use asterisk_conf::Span;
use dialplan_vm::{FunctionReply, Host};

use super::super::field::{self, Form};
use super::super::record::CallRecord;

/// What the template comes to for a record. Its call is over, so it knows `CDR`, functions that make texts safe for a place,
/// and what was noted in the record; all else is empty.
pub(super) fn fill(template: &str, record: &CallRecord) -> String {
    dialplan_vm::substitute(&mut Filling(record), template).unwrap_or_default()
}

struct Filling<'a>(&'a CallRecord);

impl Host for Filling<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.variable(name).map(str::to_owned)
    }

    fn set_variable(&mut self, _: &str, _: &str) {}

    fn global(&self, _: &str) -> Option<String> {
        None
    }

    fn set_global(&mut self, _: &str, _: &str) {}

    fn read_function(&mut self, name: &str, arguments: &str) -> FunctionReply {
        FunctionReply::Value(match name {
            "CDR" => {
                let (field, options) = arguments.split_once(',').unwrap_or((arguments, ""));
                field::text(self.0, field, Form::of_options(options), SystemTime::now())
            }
            // RFC 4180 section 2.
            "CSV_QUOTE" => format!("\"{}\"", arguments.replace('"', "\"\"")),
            "QUOTE" => format!("\"{}\"", arguments.replace('\\', "\\\\").replace('"', "\\\"")),
            "SQL_ESC" => arguments.replace('\'', "''"),
            "TOLOWER" => arguments.to_lowercase(),
            "TOUPPER" => arguments.to_uppercase(),
            "LEN" => arguments.len().to_string(),
            _ => return FunctionReply::Unknown,
        })
    }

    fn write_function(&mut self, _: &str, _: &str, _: &str) -> FunctionReply {
        FunctionReply::Unknown
    }

    fn warn(&mut self, message: &str, _: Option<Span>) {
        tracing::warn!("a template of call records: {message}");
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::record;
    use super::*;

    #[test]
    fn templates_know_the_record_and_how_to_quote() {
        let filled = |template: &str| fill(template, &record());
        assert_eq!(filled("${CSV_QUOTE(${CDR(clid)})},${CDR(billsec)}"), "\"\"\"Alice\"\" <100>\",10");
        assert_eq!(
            filled("${CDR(disposition,u)} ${CDR(answer,u)} ${CDR(customer)}"),
            "8 1700000002.000000 42"
        );
        assert_eq!(filled("${CDR(src)}${NOTHING(x)}$[1 + 1]"), "1002");
    }
}
