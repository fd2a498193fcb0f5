//! Numbers against words that are written out by other rules, and against the lists of prompts.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use proptest::prelude::*;
use say::{Currency, Format, Gender, Language, LetterCase, Money, Prompt, Unit};

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// As a schoolbook has it, without "and".
fn english(number: u64) -> String {
    let with_rest = |words: String, rest: u64| match rest {
        0 => words,
        rest => format!("{words} {}", english(rest)),
    };
    match number {
        0..=19 => ENGLISH[number as usize].to_owned(),
        20..=99 => with_rest(ENGLISH_TENS[number as usize / 10].to_owned(), number % 10),
        100..=999 => with_rest(format!("{} hundred", english(number / 100)), number % 100),
        _ => with_rest(format!("{} thousand", english(number / 1_000)), number % 1_000),
    }
}

const FRENCH: [&str; 17] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize",
];

/// As a schoolbook has it, by the hundred numbers that are learnt by heart, with all hyphens (1990).
fn french(number: u64) -> String {
    if number >= 1_000 {
        let thousands =
            if number < 2_000 { String::new() } else { invariable(&french(number / 1_000)) + "-" };
        return follow(thousands + "mille", number % 1_000);
    }
    if number >= 100 {
        let hundreds = match (number / 100, number % 100) {
            (1, _) => "cent".to_owned(),
            (n, 0) => format!("{}-cents", FRENCH[n as usize]),
            (n, _) => format!("{}-cent", FRENCH[n as usize]),
        };
        return follow(hundreds, number % 100);
    }
    match number {
        0..=16 => FRENCH[number as usize].to_owned(),
        17..=19 => format!("dix-{}", FRENCH[number as usize - 10]),
        20 | 30 | 40 | 50 | 60 => {
            ["vingt", "trente", "quarante", "cinquante", "soixante"][number as usize / 10 - 2].to_owned()
        }
        21 | 31 | 41 | 51 | 61 => format!("{}-et-un", french(number - 1)),
        22..=69 => format!("{}-{}", french(number / 10 * 10), FRENCH[number as usize % 10]),
        71 => "soixante-et-onze".to_owned(),
        70..=79 => format!("soixante-{}", french(number - 60)),
        80 => "quatre-vingts".to_owned(),
        _ => format!("quatre-vingt-{}", french(number - 80)),
    }
}

/// "Cents" and "vingts" lose their "s" before "mille".
fn invariable(words: &str) -> String {
    words
        .strip_suffix('s')
        .filter(|_| words.ends_with("cents") || words.ends_with("vingts"))
        .unwrap_or(words)
        .to_owned()
}

fn follow(words: String, rest: u64) -> String {
    if rest == 0 { words } else { format!("{words}-{}", french(rest)) }
}

/// As it is heard: neither hyphens nor the "s" of a plural are.
fn heard(words: &str) -> String {
    let word = |word: &str| match word {
        "cents" => "cent".to_owned(),
        "vingts" => "vingt".to_owned(),
        other => other.to_owned(),
    };
    words.split(['-', ' ']).map(word).collect::<Vec<_>>().join(" ")
}

/// The words of a language, to be looked up a million times.
fn words(language: Language) -> HashMap<Prompt, Prompt> {
    let word = |prompt: Prompt| language.word(&prompt).map(|word| (prompt, word));
    language.prompts().filter_map(word).collect()
}

fn spoken(prompts: &[Prompt], words: &HashMap<Prompt, Prompt>) -> String {
    prompts.iter().map(|prompt| words[prompt].as_ref()).collect::<Vec<_>>().join(" ")
}

#[test]
fn english_numbers_up_to_a_million() {
    let language = Language::of("en");
    let words = words(language);
    for number in 0..1_000_000_u32 {
        let said = spoken(&language.number(i64::from(number), Gender::Common), &words);
        assert_eq!(said, english(u64::from(number)));
    }
}

#[test]
fn french_numbers_up_to_a_million() {
    let language = Language::of("fr");
    let words = words(language);
    for number in 0..1_000_000_u32 {
        let said = spoken(&language.number(i64::from(number), Gender::Common), &words);
        assert_eq!(heard(&said), heard(&french(u64::from(number))));
    }
}

fn any_number() -> impl Strategy<Value = i64> {
    // Of every size alike, and those near round ones.
    (any::<i64>(), 0..63_u32, -3..3_i64)
        .prop_map(|(number, shift, near)| (number >> shift) / 1_000 * 1_000 + near)
}

proptest! {
    #[test]
    fn every_prompt_is_of_the_closed_list(number in any_number(), second in -60_000_000_000_i64..200_000_000_000) {
        let format = Format::parse("AaBbmdeYIHkMNPSRTQq");
        let moment = jiff::Timestamp::from_second(second).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let now = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
        for language in Language::all() {
            let known: HashSet<Prompt> = language.prompts().collect();
            let mut said = language.date(&format, &moment, &now);
            for gender in [Gender::Common, Gender::Masculine, Gender::Feminine, Gender::Neuter] {
                said.extend(language.number(number, gender));
                said.extend(language.ordinal(number, gender));
            }
            for currency in [Currency::Dollar, Currency::Euro] {
                said.extend(language.money(Money { hundredths: number, currency }));
            }
            for unit in [Unit::Second, Unit::Minute, Unit::Hour, Unit::Day] {
                said.extend(language.units(number.unsigned_abs(), unit));
            }
            for prompt in said {
                prop_assert!(known.contains(&prompt), "{language:?} has no {prompt}");
            }
        }
    }

    #[test]
    fn every_character_is_of_the_closed_list(text in ".{0,40}") {
        for language in Language::all() {
            let known: HashSet<Prompt> = language.prompts().collect();
            for prompt in language.letters(&text, LetterCase::All).iter().chain(&language.phonetic(&text)) {
                prop_assert!(known.contains(prompt), "{language:?} has no {prompt}");
            }
        }
    }

    /// No two numbers sound alike.
    #[test]
    fn numbers_are_told_apart(a in 0..1_000_000_000_000_i64, b in 0..1_000_000_000_000_i64) {
        prop_assume!(a != b);
        for language in Language::all() {
            prop_assert_ne!(language.number(a, Gender::Common), language.number(b, Gender::Common));
        }
    }
}

#[test]
fn every_prompt_of_the_list_has_one_word() {
    for language in Language::all() {
        let mut seen = HashSet::new();
        for prompt in language.prompts() {
            assert!(language.word(&prompt).is_some_and(|word| !word.is_empty()), "{language:?} {prompt}");
            assert!(seen.insert(prompt.clone()), "{language:?} names {prompt} twice");
        }
    }
}

/// Our own prompts, in `sounds/`.
#[test]
fn our_sounds_have_every_prompt_of_english_and_french() {
    let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sounds");
    for tag in ["en", "fr"] {
        let missing: Vec<Prompt> = Language::of(tag)
            .prompts()
            .filter(|prompt| !sounds.join(tag).join(format!("{prompt}.wav")).is_file())
            .collect();
        assert!(missing.is_empty(), "sounds/{tag} lacks {missing:?}: add them to sounds/prompts.txt");
    }
}
