//! What an exchange says that is not recorded as one sentence: numbers, digits, ordinals, dates, times, money, spelling.
//!
//! Values go in, a list of prompts comes out: names of sounds as Asterisk's packs have them (`digits/20`, `letters/a`), in the
//! order in which the language says them. Nothing is played, no file is read and no clock: the caller brings the time.
//!
//! ```
//! use say::{Format, Gender, Language};
//!
//! let french = Language::of("fr_CA");
//! assert_eq!(french.number(71, Gender::Masculine), ["digits/60", "digits/et", "digits/11"]);
//! assert_eq!(french.text(&french.number(71, Gender::Masculine)), "soixante et onze");
//!
//! let now: jiff::Zoned = "2026-02-01T14:05:09[Europe/Paris]".parse()?;
//! let format = Format::parse("AdBY T");
//! let spoken = french.date(&format, &now, &now);
//! assert_eq!(french.text(&spoken), "dimanche premier février deux mille vingt six quatorze heures cinq neuf secondes");
//! # Ok::<(), jiff::Error>(())
//! ```
//!
//! [`Language`] is the type to meet first. Each language is one file below `language/`: a table of its words, and the rules in
//! which it differs from the others. [`Language::prompts`] names every prompt that it can ask for.
#![forbid(unsafe_code)]

mod counting;
mod date;
#[doc(hidden)]
pub mod fuzzing;
mod gender;
mod language;
mod money;
pub mod rules;
mod spelling;

pub use counting::{Unit, counted_adjective, counted_noun};
pub use date::{Format, Part};
pub use gender::Gender;
pub use language::Language;
pub use money::{Currency, Money, MoneyError};
pub use spelling::LetterCase;

use std::borrow::Cow;

/// The name of a sound, without folder of language and without extension: `digits/1`.
pub type Prompt = Cow<'static, str>;
