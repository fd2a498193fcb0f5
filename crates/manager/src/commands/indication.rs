//! `indication show`: the tones of countries.

use std::fmt::Write;

use super::layout::column;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] =
    &[Command::now("indication show", "The countries whose tones are known, or the tones of some", show)
        .taking("[COUNTRY...]")
        .among(countries)];

fn countries(context: &Context) -> Vec<String> {
    context.exchange.configuration().indications.zones.countries().map(str::to_owned).collect()
}

fn show(context: &Context, wanted: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let zones = &configuration.indications.zones;
    // Writing into a String cannot fail.
    let mut text = String::new();
    if wanted.is_empty() {
        let _ = writeln!(text, "Country  Description\n===========================");
        for code in zones.countries() {
            let description = zones.zone(code).map_or("", |zone| zone.description.as_str());
            let _ = writeln!(text, "{} {description}", column(code, 8));
        }
        return Ok(text);
    }
    for code in wanted {
        let zone = zones
            .zone(code)
            .ok_or_else(|| CommandError::Failed(format!("No tones of '{code}' are known")))?;
        let _ = writeln!(text, "Country Indication      PlayList\n=====================================");
        for (name, tone) in zone.tones() {
            let _ = writeln!(text, "{} {} {tone}", column(code, 7), column(name, 15));
        }
    }
    Ok(text)
}
