//! Bodies of the fuzz targets, kept here so that they always compile.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::rules::Rules;
use crate::{Format, Gender, Language, LetterCase, Money, Prompt, counted_noun};

/// Says a number, a moment and a text in every language; all prompts are among those that the language names.
pub fn say(data: &[u8]) {
    let Some((head, text)) = data.split_at_checked(9) else { return };
    let mut number = [0; 8];
    number.copy_from_slice(&head[..8]);
    let number = i64::from_le_bytes(number);
    let gender =
        [Gender::Common, Gender::Masculine, Gender::Feminine, Gender::Neuter][usize::from(head[8] % 4)];
    let text = String::from_utf8_lossy(&text[..text.len().min(200)]);
    let format = Format::parse(&text);
    let sounds: HashSet<Prompt> = format.sounds().collect();
    let moment = Timestamp::from_second(number % 250_000_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let (moment, now) = (moment.to_zoned(TimeZone::UTC), Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC));
    for language in Language::all() {
        let known: HashSet<Prompt> = language.prompts().collect();
        let mut spoken = language.number(number, gender);
        spoken.extend(language.ordinal(number, gender));
        spoken.extend(language.digits(&text));
        spoken.extend(language.letters(&text, LetterCase::All));
        spoken.extend(language.phonetic(&text));
        spoken.extend(language.date(&format, &moment, &now));
        spoken.extend(text.parse::<Money>().into_iter().flat_map(|money| language.money(money)));
        for prompt in &spoken {
            assert!(known.contains(prompt) || sounds.contains(prompt), "{language:?} has no {prompt}");
        }
        language.text(&spoken);
        counted_noun(&text, number.unsigned_abs(), &text);
    }
    let mut rules = Rules::default();
    for (pattern, says) in text.lines().filter_map(|line| line.split_once("=>")) {
        rules.add("en", pattern, says);
    }
    let said = rules.prompts(&text, "en", &mut |data, part| part.replace("${SAY}", data));
    assert!(said.is_err() || said.is_ok_and(|prompts| prompts.len() < 5_000));
}
