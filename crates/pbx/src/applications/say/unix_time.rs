//! `SayUnixTime([unixtime[,timezone[,format[,options]]]])` and `DateTime`: says a moment, now where none is given.
//!
//! `timezone` is a name of the IANA (`Europe/Paris`), else that of the machine. `format` has the letters of `voicemail.conf`.
//! Option `j`: a key ends it and dials an extension.

use dialplan_vm::Outcome;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use say::Format;

use super::{language, list, rules};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let piece = |n: usize| pieces.get(n).map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
    let language = language(channel);
    // That of a rehearsal, where one is played.
    let Some(here) = channel.exchange.clock().zoned(None) else { return Ok(Outcome::Continue) };
    let (now, own_zone) = (here.timestamp(), here.time_zone().clone());
    let moment = match piece(0).map(moment) {
        None => now,
        Some(Some(moment)) => moment,
        Some(None) => {
            channel.warning(format!(
                "SayUnixTime({arguments}): the time is no number of seconds since 1970; now is said"
            ));
            now
        }
    };
    let zone = match piece(1).map(TimeZone::get) {
        None => own_zone,
        Some(Ok(zone)) => zone,
        Some(Err(error)) => {
            channel.warning(format!("SayUnixTime({arguments}): {error}; the machine's own time is said"));
            own_zone
        }
    };
    let format = piece(2).map_or_else(|| language.date_format(), Format::parse);
    if !format.unknown().is_empty() {
        let letters: String = format.unknown().iter().collect();
        channel
            .warning(format!("SayUnixTime({arguments}): the letters '{letters}' of the format mean nothing"));
    }
    let said = moment.to_zoned(zone.clone());
    // The form that say.conf documents: YYYYMMDDHHmm.ss, the day of the week, the day of the year.
    let data = said.strftime("%Y%m%d%H%M.%S-%w-%j");
    let by_rules =
        piece(2).map_or_else(|| format!("datetime::{data}"), |format| format!("date:{format}:{data}"));
    let prompts = match rules::in_place_of_built_in(channel, &by_rules) {
        Some(prompts) => prompts,
        None => language.date(&format, &said, &now.to_zoned(zone)),
    };
    let dials = piece(3).is_some_and(|options| options.contains('j'));
    list::say_with_keys(channel, "SayUnixTime", &prompts, dials).await
}

/// Seconds since 1970; a fraction is cut off.
fn moment(text: &str) -> Option<Timestamp> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    Timestamp::from_second(whole.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn seconds_may_be_before_1970_and_have_fractions() {
        let at = |text: &str| moment(text).map(|moment| moment.as_second());
        assert_eq!(at("1769951109"), Some(1_769_951_109));
        assert_eq!(at("1769951109.75"), Some(1_769_951_109));
        assert_eq!(at("-1"), Some(-1));
        assert_eq!((at("soon"), at("99999999999999")), (None, None));
    }
}
