//! Says numbers and the time in six languages: `cargo run -p examples --example say_in_words -- 71 fr`. Without a language all
//! of them speak; without a number it is 1971.

use jiff::Zoned;
use say::{Gender, Language, Prompt};

fn main() -> Result<(), std::num::ParseIntError> {
    let mut arguments = std::env::args().skip(1);
    let number: i64 = arguments.next().unwrap_or_else(|| "1971".to_owned()).parse()?;
    let languages: Vec<Language> = match arguments.next() {
        Some(tag) => vec![Language::of(&tag)],
        None => Language::all().collect(),
    };
    let now = Zoned::now();
    for language in languages {
        let numeral = language.number(number, Gender::Common);
        let clock = language.date(&language.date_format(), &now, &now);
        println!("{}: {}", language.tag(), language.text(&numeral));
        println!("    {}", language.text(&clock));
        println!("    as sounds: {}", names(&numeral));
    }
    Ok(())
}

/// What `Playback` would be given.
fn names(prompts: &[Prompt]) -> String {
    prompts.join("&")
}
