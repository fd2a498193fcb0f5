//! Italian: words of their own where a vowel is lost, `mille` and `mila`.

use super::{Rules, digit};
use crate::{Gender, Prompt};

pub(super) struct Italian;

impl Rules for Italian {
    fn tag(&self) -> &'static str {
        "it"
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    fn limit(&self) -> u64 {
        1_000_000_000_000
    }

    fn date_format(&self) -> &'static str {
        "AdB 'digits/at' IMp"
    }

    fn number(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        match number {
            0..=20 => out.push(digit(number)),
            // The vowel of the ten gives way: "ventuno", "ventotto" are words of their own.
            21..=99 if matches!(number % 10, 0 | 1 | 8) => out.push(digit(number)),
            21..=99 => out.extend([digit(number / 10 * 10), digit(number % 10)]),
            100..=999 => self.scale(number, 100, None, ["digits/hundred"; 2], gender, out),
            1_000..=999_999 => {
                self.scale(number, 1_000, None, ["digits/thousand", "digits/thousands"], gender, out);
            }
            1_000_000..=999_999_999 => {
                let names = ["digits/million", "digits/millions"];
                self.scale(number, 1_000_000, Some("digits/un"), names, gender, out);
            }
            _ => {
                let names = ["digits/billion", "digits/billions"];
                self.scale(number, 1_000_000_000, Some("digits/un"), names, gender, out);
            }
        }
    }
}

impl Italian {
    /// How often (`one` where it is once), the name of the scale for one and for more, and what is left.
    fn scale(
        &self,
        number: u64,
        scale: u64,
        one: Option<&'static str>,
        names: [&'static str; 2],
        gender: Gender,
        out: &mut Vec<Prompt>,
    ) {
        match number / scale {
            1 => out.extend(one.map(Prompt::from)),
            times => self.number(times, gender, out),
        }
        out.push(names[usize::from(number / scale > 1)].into());
        if !number.is_multiple_of(scale) {
            self.number(number % scale, gender, out);
        }
    }
}

const WORDS: &[(&str, &str)] = &[
    ("digits/0", "zero"),
    ("digits/1", "uno"),
    ("digits/2", "due"),
    ("digits/3", "tre"),
    ("digits/4", "quattro"),
    ("digits/5", "cinque"),
    ("digits/6", "sei"),
    ("digits/7", "sette"),
    ("digits/8", "otto"),
    ("digits/9", "nove"),
    ("digits/10", "dieci"),
    ("digits/11", "undici"),
    ("digits/12", "dodici"),
    ("digits/13", "tredici"),
    ("digits/14", "quattordici"),
    ("digits/15", "quindici"),
    ("digits/16", "sedici"),
    ("digits/17", "diciassette"),
    ("digits/18", "diciotto"),
    ("digits/19", "diciannove"),
    ("digits/20", "venti"),
    ("digits/30", "trenta"),
    ("digits/40", "quaranta"),
    ("digits/50", "cinquanta"),
    ("digits/60", "sessanta"),
    ("digits/70", "settanta"),
    ("digits/80", "ottanta"),
    ("digits/90", "novanta"),
    ("digits/21", "ventuno"),
    ("digits/28", "ventotto"),
    ("digits/31", "trentuno"),
    ("digits/38", "trentotto"),
    ("digits/41", "quarantuno"),
    ("digits/48", "quarantotto"),
    ("digits/51", "cinquantuno"),
    ("digits/58", "cinquantotto"),
    ("digits/61", "sessantuno"),
    ("digits/68", "sessantotto"),
    ("digits/71", "settantuno"),
    ("digits/78", "settantotto"),
    ("digits/81", "ottantuno"),
    ("digits/88", "ottantotto"),
    ("digits/91", "novantuno"),
    ("digits/98", "novantotto"),
    ("digits/un", "un"),
    ("digits/hundred", "cento"),
    ("digits/thousand", "mille"),
    ("digits/thousands", "mila"),
    ("digits/million", "milione"),
    ("digits/millions", "milioni"),
    ("digits/billion", "miliardo"),
    ("digits/billions", "miliardi"),
    ("digits/minus", "meno"),
    ("digits/star", "asterisco"),
    ("digits/pound", "cancelletto"),
    ("digits/day-0", "domenica"),
    ("digits/day-1", "lunedì"),
    ("digits/day-2", "martedì"),
    ("digits/day-3", "mercoledì"),
    ("digits/day-4", "giovedì"),
    ("digits/day-5", "venerdì"),
    ("digits/day-6", "sabato"),
    ("digits/mon-0", "gennaio"),
    ("digits/mon-1", "febbraio"),
    ("digits/mon-2", "marzo"),
    ("digits/mon-3", "aprile"),
    ("digits/mon-4", "maggio"),
    ("digits/mon-5", "giugno"),
    ("digits/mon-6", "luglio"),
    ("digits/mon-7", "agosto"),
    ("digits/mon-8", "settembre"),
    ("digits/mon-9", "ottobre"),
    ("digits/mon-10", "novembre"),
    ("digits/mon-11", "dicembre"),
    ("digits/at", "alle"),
    ("digits/a-m", "di mattina"),
    ("digits/p-m", "di pomeriggio"),
    ("digits/today", "oggi"),
    ("digits/yesterday", "ieri"),
    ("second", "secondo"),
    ("seconds", "secondi"),
    ("minute", "minuto"),
    ("minutes", "minuti"),
    ("hour", "ora"),
    ("hours", "ore"),
    ("day", "giorno"),
    ("days", "giorni"),
    ("and", "e"),
    ("letters/dollar_", "dollaro"),
    ("dollars", "dollari"),
    ("cent", "centesimo"),
    ("cents", "centesimi"),
    ("euro", "euro"),
    ("euros", "euro"),
    ("euro-cent", "centesimo"),
    ("euro-cents", "centesimi"),
    ("uppercase", "maiuscola"),
    ("lowercase", "minuscola"),
    ("letters/at", "chiocciola"),
    ("letters/dash", "trattino"),
    ("letters/dot", "punto"),
    ("letters/plus", "più"),
    ("letters/slash", "barra"),
    ("letters/space", "spazio"),
    ("letters/equals", "uguale"),
    ("letters/dollar", "dollaro"),
    ("letters/exclaimation-point", "punto esclamativo"),
];
