use super::*;

fn spoken(language: &str, format: &str, moment: &str, now: &str) -> Vec<Prompt> {
    let (moment, now): (Zoned, Zoned) = (moment.parse().unwrap(), now.parse().unwrap());
    Language::of(language).date(&Format::parse(format), &moment, &now)
}

/// The prompts at a moment, without their folder.
fn at(language: &str, format: &str, moment: &str) -> String {
    let moment = format!("{moment}[UTC]");
    let prompts = spoken(language, format, &moment, &moment);
    let names: Vec<&str> =
        prompts.iter().map(|prompt| prompt.strip_prefix("digits/").unwrap_or(prompt)).collect();
    names.join(" ")
}

#[test]
fn the_french_speaking_clock() {
    let said =
        spoken("fr", "AdBY T", "2026-02-01T14:05:09[Europe/Paris]", "2026-02-01T14:05:09[Europe/Paris]");
    let wanted = "digits/day-0 digits/h-1 digits/mon-1 digits/2 digits/thousand digits/20 digits/6 digits/14 \
                  digits/oclock digits/5 digits/9 second";
    assert_eq!(said.join(" "), wanted);
}

#[test]
fn every_letter_in_english() {
    for (format, moment, wanted) in [
        ("A a", "2026-02-07T00:00:00", "day-6 day-6"),
        ("B b h", "2026-12-07T00:00:00", "mon-11 mon-11 mon-11"),
        ("m", "2026-12-07T00:00:00", "h-12"),
        ("d", "2026-12-21T00:00:00", "20 h-1"),
        ("e", "2026-12-30T00:00:00", "h-30"),
        ("Y", "2026-12-30T00:00:00", "2 thousand 20 6"),
        ("Y", "1985-12-30T00:00:00", "19 80 5"),
        ("Y", "1905-12-30T00:00:00", "19 oh 5"),
        ("Y", "1900-12-30T00:00:00", "19 hundred"),
        ("Y", "2000-12-30T00:00:00", "2 thousand"),
        ("I l", "2026-12-30T00:10:00", "12 12"),
        ("I", "2026-12-30T13:10:00", "1"),
        ("H k", "2026-12-30T07:10:00", "oh 7 7"),
        ("H k", "2026-12-30T21:10:00", "20 1 20 1"),
        ("M", "2026-12-30T21:00:00", "oclock"),
        ("M", "2026-12-30T21:09:00", "oh 9"),
        ("M", "2026-12-30T21:45:00", "40 5"),
        ("N", "2026-12-30T21:00:00", "hundred"),
        ("N", "2026-12-30T21:09:00", "oh 9"),
        ("P p", "2026-12-30T11:59:00", "a-m a-m"),
        ("p", "2026-12-30T12:00:00", "p-m"),
        ("S", "2026-12-30T12:00:00", "0"),
        ("S", "2026-12-30T12:00:07", "oh 7"),
        ("S", "2026-12-30T12:00:59", "50 9"),
        ("R", "2026-12-30T12:30:59", "12 30"),
        ("T", "2026-12-30T12:30:59", "12 30 50 9"),
        ("'vm-received' x \t'beep", "2026-12-30T12:30:59", "vm-received beep"),
    ] {
        assert_eq!(at("en", format, moment), wanted, "{format} {moment}");
    }
}

#[test]
fn every_letter_that_is_other_in_french() {
    for (format, moment, wanted) in [
        ("d", "2026-12-01T00:00:00", "h-1"),
        ("d", "2026-12-21T00:00:00", "20 et 1"),
        ("m", "2026-02-21T00:00:00", "h-2"),
        ("Y", "2000-12-21T00:00:00", "2 thousand"),
        ("Y", "1985-12-21T00:00:00", "thousand 9 hundred 80 5"),
        ("I", "2026-12-21T12:00:00", "12 oclock"),
        ("H", "2026-12-21T01:00:00", "1F oclock"),
        ("H k", "2026-12-21T00:00:00", "0 oclock 0 oclock"),
        ("M N", "2026-12-21T12:00:00", ""),
        ("M", "2026-12-21T12:41:00", "40 et 1F"),
        ("S", "2026-12-21T12:00:01", "1F second"),
    ] {
        assert_eq!(at("fr", format, moment), wanted, "{format} {moment}");
    }
}

#[test]
fn other_languages_have_their_own_order() {
    let german = Language::of("de");
    let moment: Zoned = "2026-03-21T15:01:00[Europe/Berlin]".parse().unwrap();
    let said = german.date(&german.date_format(), &moment, &moment);
    assert_eq!(
        german.text(&said),
        "Samstag einund zwanzigste März zwei tausend sechsund zwanzig um fünfzehn Uhr eins"
    );
    let spanish = Language::of("es");
    let said = spanish.date(&spanish.date_format(), &moment, &moment);
    assert_eq!(
        spanish.text(&said),
        "el sábado veintiuno de marzo de dos mil veintiséis a las tres uno de la tarde"
    );
}

#[test]
fn days_that_are_near_have_names() {
    let now = "2026-11-18T01:00:00[Europe/Paris]";
    for (language, format, moment, wanted) in [
        ("en", "Q", "2026-11-18T23:00:00[Europe/Paris]", "digits/today"),
        ("en", "Q", "2026-11-17T23:59:00[Europe/Paris]", "digits/yesterday"),
        ("en", "Q", "2026-11-19T23:59:00[Europe/Paris]", "digits/tomorrow"),
        (
            "en",
            "Q",
            "2026-11-16T12:00:00[Europe/Paris]",
            "digits/day-1 digits/mon-10 digits/h-16 digits/2 digits/thousand digits/20 digits/6",
        ),
        ("en", "q", "2026-11-18T23:00:00[Europe/Paris]", ""),
        ("en", "q", "2026-11-17T23:00:00[Europe/Paris]", "digits/yesterday"),
        ("en", "q", "2026-11-12T23:00:00[Europe/Paris]", "digits/day-4"),
        (
            "en",
            "q",
            "2026-11-11T00:30:00[Europe/Paris]",
            "digits/day-3 digits/mon-10 digits/h-11 digits/2 digits/thousand digits/20 digits/6",
        ),
        ("fr", "Q", "2026-11-17T23:00:00[Europe/Paris]", "digits/yesterday"),
        (
            "fr",
            "Q",
            "2026-11-19T23:00:00[Europe/Paris]",
            "digits/day-4 digits/19 digits/mon-10 digits/2 digits/thousand digits/20 digits/6",
        ),
    ] {
        assert_eq!(spoken(language, format, moment, now).join(" "), wanted, "{language} {format} {moment}");
    }
}

/// The clocks of Paris jump from 02:00 to 03:00: the second after 01:59:59 is 3 o'clock.
#[test]
fn a_time_zone_is_followed_to_the_second() {
    let before = jiff::Timestamp::from_second(1_774_745_999).unwrap();
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let say = |moment: jiff::Timestamp| {
        let moment = moment.to_zoned(zone.clone());
        let french = Language::of("fr");
        french.text(&french.date(&Format::parse("T"), &moment, &moment))
    };
    assert_eq!(say(before), "une heures cinquante neuf cinquante neuf secondes");
    assert_eq!(say(before + jiff::SignedDuration::from_secs(1)), "trois heures zéro secondes");
}
