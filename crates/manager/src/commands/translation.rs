//! `core show translation`: what it takes to bring one codec to another.

use std::fmt::Write;
use std::time::Duration;

use call_control::BoxFuture;
use media_bridge::{Codec, TranslationCosts};
use pbx::configuration::{codec_name, codec_of};

use super::{Answer, Command, CommandError, Context};

const USAGE: &str = "core show translation [recalc|paths CODEC]";

pub(super) const COMMANDS: &[Command] = &[Command::later(
    "core show translation",
    "What it takes to bring one codec to another",
    show,
)
.taking("[recalc|paths CODEC]")
.explained(
    "Microseconds of processor time for a second of sound, measured at the time of asking: recalc is\n\
             understood, and changes nothing.\n\
             paths: the way from one codec to each other one. What is passed on needs none.",
)
.among(|_| ["paths", "recalc"].map(str::to_owned).to_vec())];

fn show<'a>(_: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let of = match words.as_slice() {
            [] | ["recalc", ..] => None,
            ["paths", name] => Some(named(name)?),
            _ => return Err(CommandError::Usage(USAGE)),
        };
        let measured = tokio::task::spawn_blocking(TranslationCosts::measure).await;
        let costs = measured.map_err(|error| CommandError::Failed(error.to_string()))?;
        Ok(of.map_or_else(|| table(&costs), |from| paths(&costs, from)))
    })
}

fn named(name: &str) -> Result<Codec, CommandError> {
    codec_of(&name.to_ascii_lowercase())
        .ok_or_else(|| CommandError::Failed(format!("There is no codec '{name}' here")))
}

/// Sources in rows, destinations in columns.
fn table(costs: &TranslationCosts) -> String {
    let mut text = String::from(
        "         Translation times between formats (in microseconds) for one second of data\n\
         \x20         Source Format (Rows) Destination Format (Columns)\n\n",
    );
    let codecs: Vec<Codec> = costs.codecs().collect();
    let width = codecs.iter().map(|codec| codec_name(*codec).len()).max().unwrap_or_default().max(6);
    let cell = |text: &str| format!(" {text:>width$}");
    text.push_str(&cell(""));
    codecs.iter().for_each(|codec| text.push_str(&cell(codec_name(*codec))));
    for from in &codecs {
        let _ = write!(text, "\n{}", cell(codec_name(*from)));
        for to in &codecs {
            text.push_str(&cell(&microseconds(costs.between(*from, *to).filter(|_| from != to))));
        }
    }
    text
}

fn microseconds(cost: Option<Duration>) -> String {
    cost.map_or_else(|| "-".to_owned(), |cost| cost.as_micros().max(1).to_string())
}

fn paths(costs: &TranslationCosts, from: Codec) -> String {
    let place = |codec: Codec| format!("{}@{}", codec_name(codec), codec.sample_rate());
    let mut text = format!(
        "--- Translation paths SRC Codec \"{}\" sample rate {} ---",
        codec_name(from),
        from.sample_rate()
    );
    for to in Codec::ALL.into_iter().filter(|to| *to != from) {
        let _ = write!(text, "\n\t{:>10} To {:<10}: ", codec_name(from), codec_name(to));
        if costs.between(from, to).is_none() {
            text.push_str("No Translation Path");
            continue;
        }
        let _ = write!(text, "({})", place(from));
        for rate in TranslationCosts::linear_rates(from, to) {
            let _ = write!(text, "->(slin@{rate})");
        }
        let _ = write!(text, "->({})", place(to));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codec_has_a_row_and_a_column() {
        let table = table(&TranslationCosts::measure());
        let rows: Vec<&str> = table.lines().skip(3).collect();
        assert_eq!(rows.len(), 1 + rows[0].split_whitespace().count(), "{table}");
        assert!(rows[0].contains("ulaw") && rows[0].contains("g722"), "{table}");
        let ulaw: Vec<&str> = rows[1].split_whitespace().collect();
        assert_eq!(ulaw[..2], ["ulaw", "-"], "{table}");
    }

    #[test]
    fn a_path_names_what_it_goes_through() {
        let text = paths(&TranslationCosts::measure(), Codec::G722);
        assert!(
            text.contains("To ulaw      : (g722@16000)->(slin@16000)->(slin@8000)->(ulaw@8000)"),
            "{text}"
        );
        assert!(text.contains("To g729      : No Translation Path"), "{text}");
    }
}
