//! `ENUMLOOKUP`, `ENUMQUERY`, `ENUMRESULT`: addresses of numbers (RFC 6116), by the rules that NAPTR records have (RFC 3402).

use call_control::BoxFuture;
use regex_lite::RegexBuilder;
use sip_ua::location::{LookupError, Naptr, Question, Record, RecordKind, Resolver};
use tokio::time::timeout;

use super::PATIENCE;
use super::results::{Asked, Results, asked};
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const LOOKUP: &str = "ENUMLOOKUP";
const QUERY: &str = "ENUMQUERY";
const RESULT: &str = "ENUMRESULT";

/// Where numbers are by default.
pub(super) const ZONE: &str = "e164.arpa";

/// Longest address, in octets.
const LONGEST: usize = 1_024;

/// What is looked up.
struct Wanted {
    number: String,
    method: String,
    zone: String,
    options: String,
}

impl Wanted {
    /// The name under which the number is: its digits the other way round, unless the options say otherwise.
    fn domain(&self) -> String {
        let zone = &self.zone;
        match (self.options.contains('d'), self.number.split_once('*')) {
            (true, _) => format!("{}.{zone}", self.number),
            // A number of an internet telephony administrative domain, 1234*256.
            (false, Some((number, domain))) if self.options.contains('s') => {
                format!("{}{domain}.{zone}", turned(number))
            }
            _ => format!("{}{zone}", turned(&self.number)),
        }
    }

    /// The addresses that records come to, best first.
    fn addresses(&self, mut records: Vec<Naptr>) -> Vec<String> {
        records.sort_by_key(|record| (record.order, record.preference));
        let wanted = records.iter().filter(|record| is_service(&record.service, &self.method));
        wanted.filter_map(|record| rewritten(&record.regexp, &self.number)).collect()
    }

    /// An address without its scheme, unless it may be of any kind.
    fn plain<'a>(&self, address: &'a str) -> &'a str {
        let keeps = self.method.eq_ignore_ascii_case("ALL") || self.options.contains('u');
        match address.split_once(':') {
            Some((_, rest)) if !keeps => rest,
            _ => address,
        }
    }
}

/// The digits of a number the other way round, each with a dot behind it.
pub(super) fn turned(number: &str) -> String {
    let digits = number.chars().rev().filter(char::is_ascii_digit);
    digits.map(|digit| format!("{digit}.")).collect()
}

pub(super) fn look_up<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let given = Arguments::of(arguments, 5);
        let wanted = wanted(LOOKUP, arguments, &given, given.or(4, ZONE), given.at(2))?;
        let found = ask(channel, LOOKUP, &wanted).await?;
        if wanted.options.contains('c') {
            return Ok(found.len().to_string());
        }
        let number = given.or(3, "1").trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let place =
            number.ok_or_else(|| FunctionError::arguments(LOOKUP, arguments, "records count from 1"))?;
        Ok(found.get(place).map(|address| wanted.plain(address).to_owned()).unwrap_or_default())
    })
}

pub(super) fn query<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let given = Arguments::of(arguments, 3);
        let wanted = wanted(QUERY, arguments, &given, given.or(2, ZONE), "")?;
        let found = ask(channel, QUERY, &wanted).await?;
        let plain = found.iter().map(|address| wanted.plain(address).to_owned()).collect();
        Ok(channel.call.keep::<Results<String>>().keep(&wanted.number, plain).to_string())
    })
}

pub(super) fn result(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    Ok(match asked::<String>(scope, (RESULT, QUERY), arguments, &given)? {
        Asked::Number(count) => count.to_string(),
        Asked::One(address) => address.unwrap_or_default(),
    })
}

fn wanted(
    function: &'static str,
    arguments: &str,
    given: &Arguments,
    zone: &str,
    options: &str,
) -> Result<Wanted, FunctionError> {
    if given.at(0).is_empty() {
        return Err(FunctionError::arguments(function, arguments, "name a number, as in +4319793321"));
    }
    if options.contains('i') {
        return Err(FunctionError::arguments(function, arguments, "there is no tree of infrastructure here"));
    }
    Ok(Wanted {
        number: given.at(0).to_owned(),
        method: given.or(1, "pjsip").trim().to_owned(),
        zone: zone.trim().trim_matches('.').to_owned(),
        options: options.to_owned(),
    })
}

/// The addresses; none for a number that nobody has put there.
async fn ask(
    channel: &DialplanChannel,
    function: &'static str,
    wanted: &Wanted,
) -> Result<Vec<String>, FunctionError> {
    let resolver = channel.exchange.resolver();
    let question = Question::new(RecordKind::Naptr, &wanted.domain());
    let asked = timeout(PATIENCE, resolver.lookup(question)).await;
    let asked = asked.map_err(|_| FunctionError::failed(function, "no name server answered in time"))?;
    let answer = match asked {
        Ok(answer) => answer,
        Err(LookupError::NoSuchName { .. } | LookupError::NoRecords { .. }) => return Ok(Vec::new()),
        Err(problem) => return Err(FunctionError::failed(function, problem)),
    };
    let records = answer.records.into_iter().filter_map(|record| match record {
        Record::Naptr(record) => Some(record),
        _ => None,
    });
    Ok(wanted.addresses(records.collect()))
}

/// Whether a record is for a method: `E2U+sip` for `sip` and `pjsip`, any for `ALL`.
fn is_service(service: &str, method: &str) -> bool {
    let method = if method.eq_ignore_ascii_case("pjsip") { "sip" } else { method };
    let mut words = service.split('+');
    method.eq_ignore_ascii_case("ALL")
        || words.any(|word| {
            let kind = word.split(':').next().unwrap_or_default();
            word.eq_ignore_ascii_case(method) || kind.eq_ignore_ascii_case(method)
        })
}

/// What a rule such as `!^\+43(.*)$!sip:\1@example.com!i` makes of a number.
fn rewritten(rule: &str, number: &str) -> Option<String> {
    let delimiter = rule.chars().next()?;
    let (pattern, rest) = part(&rule[delimiter.len_utf8()..], delimiter)?;
    let (replacement, flags) = part(rest, delimiter)?;
    let regex = RegexBuilder::new(&pattern).case_insensitive(flags.contains('i')).build().ok()?;
    let found = regex.captures(number)?;
    let mut address = String::new();
    let mut rest = replacement.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(digit) if digit.is_ascii_digit() => {
                    let group = digit.to_digit(10).and_then(|group| usize::try_from(group).ok())?;
                    address.push_str(found.get(group).map_or("", |part| part.as_str()));
                }
                other => address.extend(other),
            },
            c => address.push(c),
        }
        if address.len() > LONGEST {
            return None;
        }
    }
    Some(address)
}

/// What stands before the next delimiter, and what behind it. One behind a backslash is a character as others are (RFC 3402
/// §3.2).
fn part(text: &str, delimiter: char) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            c if c == delimiter => return Some((part, rest.as_str())),
            '\\' => match rest.next()? {
                escaped if escaped == delimiter => part.push(escaped),
                other => part.extend(['\\', other]),
            },
            c => part.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_make_addresses_of_numbers() {
        for (rule, address) in [
            ("!^.*$!sip:info@example.com!", Some("sip:info@example.com")),
            (r"!^\+43(.*)$!sip:\1@example.com!", Some("sip:19793321@example.com")),
            (r"/^\+(43)(1)/tel:\2\1\0\//", Some("tel:143+431/")),
            (r"/^\+(43)(1)/tel:\2\1\0\/", None),
            ("!^nothing$!x!", None),
            ("!(!x!", None),
            ("", None),
            ("!x", None),
        ] {
            assert_eq!(rewritten(rule, "+4319793321").as_deref(), address, "{rule}");
        }
    }

    #[test]
    fn services_are_told_apart() {
        assert!(
            is_service("E2U+sip", "pjsip") && is_service("e2u+SIP", "sip") && is_service("sip+E2U", "sip")
        );
        assert!(is_service("E2U+email:mailto", "email") && is_service("E2U+x", "ALL"));
        assert!(!is_service("E2U+sips", "sip") && !is_service("E2U+h323", "pjsip"));
    }

    proptest! {
        #[test]
        fn no_rule_breaks_anything(rule in "\\PC{0,40}", number in "[+0-9*]{0,20}") {
            let address = rewritten(&rule, &number).unwrap_or_default();
            prop_assert!(address.len() <= LONGEST + number.len() + 4);
        }
    }
}
