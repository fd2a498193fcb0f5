//! `ICONV(in-charset,out-charset,string)`: a text with the characters alone that the second character set has.
//!
//! Texts of dialplans are UTF-8 wherever they come from, and stay so: what is converted is which characters they have. `//TRANSLIT` behind
//! the second set writes others by those that look like them (`é` as `e`), `//IGNORE` leaves them out; without either the text is
//! refused. The first set only has to exist.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "ICONV";

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Charset {
    Ascii,
    /// ISO/IEC 8859-1.
    Latin1,
    /// ISO/IEC 8859-15: the euro and what French and Finnish lack in the first.
    Latin9,
    /// Microsoft's code page 1252.
    Windows1252,
    /// All of ISO/IEC 10646.
    Unicode,
}

/// Characters of 8859-15 that stand in the place of those of 8859-1.
const LATIN9: [(char, char); 8] =
    [('€', '¤'), ('Š', '¦'), ('š', '¨'), ('Ž', '´'), ('ž', '¸'), ('Œ', '¼'), ('œ', '½'), ('Ÿ', '¾')];

/// What the code page has between 80 and 9F.
const WINDOWS1252: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/// Letters and signs by those that look like them.
const LOOK_ALIKE: &[(&str, &str)] = &[
    ("ÀÁÂÃĀĂĄǍ", "A"),
    ("àáâãāăąǎ", "a"),
    ("ÇĆĈĊČ", "C"),
    ("çćĉċč", "c"),
    ("ÐĎĐ", "D"),
    ("ðďđ", "d"),
    ("ÈÉÊËĒĔĖĘĚ", "E"),
    ("èéêëēĕėęě", "e"),
    ("ĜĞĠĢ", "G"),
    ("ĝğġģ", "g"),
    ("ĤĦ", "H"),
    ("ĥħ", "h"),
    ("ÌÍÎÏĨĪĬĮİǏ", "I"),
    ("ìíîïĩīĭįıǐ", "i"),
    ("Ĵ", "J"),
    ("ĵ", "j"),
    ("Ķ", "K"),
    ("ķ", "k"),
    ("ĹĻĽĿŁ", "L"),
    ("ĺļľŀł", "l"),
    ("ÑŃŅŇ", "N"),
    ("ñńņňŉ", "n"),
    ("ÒÓÔÕŌŎŐØǑ", "O"),
    ("òóôõōŏőøǒ", "o"),
    ("ŔŖŘ", "R"),
    ("ŕŗř", "r"),
    ("ŚŜŞŠȘ", "S"),
    ("śŝşšș", "s"),
    ("ŢŤŦȚ", "T"),
    ("ţťŧț", "t"),
    ("ÙÚÛŨŪŬŮŰŲǓ", "U"),
    ("ùúûũūŭůűųǔ", "u"),
    ("Ŵ", "W"),
    ("ŵ", "w"),
    ("ÝŶŸ", "Y"),
    ("ýŷÿ", "y"),
    ("ŹŻŽ", "Z"),
    ("źżž", "z"),
    ("Ä", "A"),
    ("Ö", "O"),
    ("Ü", "U"),
    ("ä", "a"),
    ("ö", "o"),
    ("ü", "u"),
    ("Å", "A"),
    ("å", "a"),
    ("Æ", "AE"),
    ("æ", "ae"),
    ("Œ", "OE"),
    ("œ", "oe"),
    ("ß", "ss"),
    ("ẞ", "SS"),
    ("Þ", "TH"),
    ("þ", "th"),
    ("‘’‚‛´", "'"),
    ("“”„‟", "\""),
    ("‹", "<"),
    ("›", ">"),
    ("«", "<<"),
    ("»", ">>"),
    ("‐‑‒–—―", "-"),
    ("…", "..."),
    ("•·", "."),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("©", "(C)"),
    ("®", "(R)"),
    ("™", "TM"),
    ("\u{a0}\u{2002}\u{2003}\u{2009}\u{202f}", " "),
];

impl Charset {
    /// The set of a name, in any case, with or without hyphens.
    fn parse(text: &str) -> Option<Self> {
        let plain: String =
            text.trim().to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        Some(match plain.as_str() {
            "ascii" | "usascii" | "ansix341968" | "iso646us" => Self::Ascii,
            "latin1" | "l1" | "iso88591" => Self::Latin1,
            "latin9" | "iso885915" => Self::Latin9,
            "windows1252" | "cp1252" => Self::Windows1252,
            "utf8" | "utf16" | "utf16le" | "utf16be" | "utf32" | "utf32le" | "utf32be" | "ucs2" | "ucs4" => {
                Self::Unicode
            }
            _ => return None,
        })
    }

    fn has(self, c: char) -> bool {
        let is_in = |list: &str| list.contains(c);
        match self {
            Self::Unicode => true,
            Self::Ascii => c.is_ascii(),
            Self::Latin1 => u32::from(c) < 0x100,
            Self::Latin9 => match LATIN9.iter().find(|(new, old)| c == *new || c == *old) {
                Some((new, _)) => c == *new,
                None => u32::from(c) < 0x100,
            },
            Self::Windows1252 => matches!(u32::from(c), 0..0x80 | 0xa0..0x100) || is_in(WINDOWS1252),
        }
    }
}

pub(super) fn convert(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let bad = |problem: String| FunctionError::arguments(NAME, arguments, problem);
    let known = |name: &str| {
        Charset::parse(name.split("//").next().unwrap_or_default()).ok_or_else(|| {
            bad(format!("there is no character set '{name}'; known are ASCII, ISO-8859-1, ISO-8859-15, WINDOWS-1252 and UTF-8"))
        })
    };
    known(given.at(0))?;
    let to = known(given.at(1))?;
    let suffixes: Vec<String> = given.at(1).split("//").skip(1).map(str::to_ascii_uppercase).collect();
    let asks_for = |suffix: &str| suffixes.iter().any(|known| known == suffix);
    let (transliterates, ignores) = (asks_for("TRANSLIT"), asks_for("IGNORE"));
    let mut text = String::with_capacity(given.raw(2).len());
    for c in given.raw(2).chars() {
        if to.has(c) {
            text.push(c);
            continue;
        }
        let alike = LOOK_ALIKE.iter().find(|(letters, _)| transliterates && letters.contains(c));
        match alike {
            Some((_, alike)) => text.push_str(alike),
            None if ignores => {}
            None if transliterates => text.push('?'),
            None => {
                return Err(bad(format!(
                    "'{c}' is not in {}; add //TRANSLIT or //IGNORE to it",
                    given.at(1)
                )));
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::functions::testing::Bench;

    #[test]
    fn look_alikes_are_in_every_set_and_stand_once() {
        let all: Vec<char> = LOOK_ALIKE.iter().flat_map(|(letters, _)| letters.chars()).collect();
        for (n, c) in all.iter().enumerate() {
            assert!(!all[..n].contains(c), "{c}");
        }
        assert!(LOOK_ALIKE.iter().all(|(_, alike)| alike.is_ascii()));
    }

    #[test]
    fn sets_have_their_characters() {
        assert!(Charset::Latin1.has('é') && Charset::Latin1.has('¤') && !Charset::Latin1.has('€'));
        assert!(Charset::Latin9.has('€') && !Charset::Latin9.has('¤') && Charset::Latin9.has('é'));
        assert!(Charset::Windows1252.has('€') && !Charset::Windows1252.has('\u{85}'));
        assert!(!Charset::Ascii.has('é') && Charset::Unicode.has('中'));
        assert_eq!(Charset::parse("ISO_8859-1"), Charset::parse("latin1"));
    }

    #[tokio::test]
    async fn texts_keep_what_the_other_set_has() {
        let mut bench = Bench::new().await;
        bench
            .expect(&[
                ("${ICONV(utf-8,us-ascii//TRANSLIT,Zoë – Müller & Søn)}", "Zoe - Muller & Son"),
                ("${ICONV(UTF8,ASCII//IGNORE,Zoë)}", "Zo"),
                ("${ICONV(UTF8,ASCII//TRANSLIT//IGNORE,Zoë 中)}", "Zoe "),
                ("${ICONV(latin1,utf-8,é, and more)}", "é, and more"),
                ("${ICONV(utf-8,latin1//TRANSLIT,5 € für Zoë)}", "5 EUR für Zoë"),
                ("${ICONV(utf-8,latin9,5 €)}", "5 €"),
            ])
            .await;
        assert_eq!(bench.warnings(), [""; 0]);
        bench.expect(&[("[${ICONV(utf-8,ascii,Zoë)}${ICONV(utf-8,klingon,x)}]", "[]")]).await;
        assert_eq!(bench.warnings().len(), 2);
    }

    proptest! {
        #[test]
        fn whatever_comes_stays_in_its_set(text in "\\PC{0,60}") {
            for set in [Charset::Ascii, Charset::Latin1, Charset::Latin9, Charset::Windows1252] {
                let alike = |c: char| LOOK_ALIKE.iter().find(|(letters, _)| letters.contains(c)).map_or("?", |(_, alike)| alike);
                for c in text.chars().filter(|c| !set.has(*c)) {
                    prop_assert!(alike(c).chars().all(|alike| set.has(alike)));
                }
            }
        }
    }
}
