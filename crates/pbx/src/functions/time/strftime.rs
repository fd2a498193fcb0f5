//! `STRFTIME([epoch][,timezone][,format])`: a moment (now, where none is given) in the formats of C's strftime. `%q` is the
//! fraction of the second, in as many places as the number in it says: `%3q` are milliseconds.

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::zone;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "STRFTIME";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let bad = |problem: String| FunctionError::arguments(NAME, arguments, problem);
    let here = scope.exchange.clock().zoned(None).ok_or_else(|| bad("the clock has no date".to_owned()))?;
    let moment = match given.at(0) {
        // That of a rehearsal, where one is played.
        "" => here.timestamp(),
        text => moment(text).unwrap_or_else(|| {
            scope.warn(bad(format!("'{text}' is no number of seconds since 1970; now is told")).to_string());
            here.timestamp()
        }),
    };
    let zone = match given.at(1) {
        "" => here.time_zone().clone(),
        name => zone::named(NAME, name).unwrap_or_else(|error| {
            scope.warn(format!("{error}; UTC is told"));
            TimeZone::UTC
        }),
    };
    let moment = moment.to_zoned(zone);
    let format = plain(given.or(2, "%c"), &moment);
    BrokenDownTime::from(&moment).to_string(&format).map_err(|error| bad(error.to_string()))
}

/// Seconds since 1970, fractions allowed.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && seconds.abs() < 1e12)?;
    Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()
}

/// Whether what follows a `%` means something.
fn is_known(directive: &str, moment: &Zoned) -> bool {
    // Flags, a width, colons, and the letter.
    let letter = directive.find(|c: char| !(c.is_ascii_digit() || "-_0^#:.".contains(c)));
    let Some((at, letter)) = letter.and_then(|at| Some((at, directive[at..].chars().next()?))) else {
        return false;
    };
    let alone = format!("%{}", &directive[..at + letter.len_utf8()]);
    // `Q` names the zone in jiff alone.
    !matches!(letter, 'Q' | 'N') && BrokenDownTime::from(moment).to_string(&alone).is_ok()
}

/// The format with what other programs write differently written out.
fn plain(format: &str, moment: &Zoned) -> String {
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    while let Some((before, directive)) = rest.split_once('%') {
        out.push_str(before);
        let places = directive.bytes().take_while(u8::is_ascii_digit).count();
        match directive.as_bytes().get(places) {
            Some(b'q') => {
                let wanted = directive[..places].parse::<usize>().unwrap_or(6).min(9);
                let fraction = format!("{:09}", moment.subsec_nanosecond());
                out.push_str(&fraction[..wanted]);
                rest = &directive[places + 1..];
                continue;
            }
            Some(b'c') if places == 0 => out.push_str("%a %b %e %H:%M:%S %Y"),
            Some(b'x') if places == 0 => out.push_str("%m/%d/%y"),
            Some(b'X') if places == 0 => out.push_str("%H:%M:%S"),
            Some(b'r') if places == 0 => out.push_str("%I:%M:%S %p"),
            // Two signs are one, and what follows is no directive.
            Some(b'%') if places == 0 => out.push_str("%%"),
            _ if is_known(directive, moment) => {
                out.push('%');
                rest = directive;
                continue;
            }
            // What means nothing stays as it is.
            _ => {
                out.push_str("%%");
                rest = directive;
                continue;
            }
        }
        rest = &directive[1..];
    }
    out.push_str(rest);
    out
}
