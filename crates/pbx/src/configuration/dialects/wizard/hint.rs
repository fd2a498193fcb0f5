//! `has_hint`: a hint in the dialplan for each phone, and what happens when its number is dialled.

use asterisk_conf::{Diagnostic, Entry, Operator, Section, Span, Spanned};

use super::Wizard;

impl Wizard<'_> {
    /// The lines that the section adds to a context: `exten => 101,hint,PJSIP/alice`, and one for `hint_application`.
    pub(super) fn hint(&mut self) -> Option<Section> {
        if !self.has_hint {
            return None;
        }
        let Some(number) = self.own("hint_exten").cloned() else {
            let message =
                format!("[{}] has a hint without an extension: hint_exten is missing", self.name.value);
            let place = self.own("has_hint").map_or(self.name.span, |entry| entry.key.span);
            let finding = Diagnostic::warning("no-hint-exten", message).at(place);
            self.found.push(finding.help("add hint_exten=NUMBER"));
            return None;
        };
        let context = self.own("hint_context").or_else(|| self.lines.last("endpoint", "context"));
        let name =
            context.map_or(Spanned::new("default".to_owned(), self.name.span), |entry| entry.value.clone());
        let extension = number.value.value.trim();
        let device = format!("{extension},hint,PJSIP/{}", self.name.value);
        let mut entries = vec![line(device, number.value.span)];
        if let Some(application) = self.own("hint_application") {
            let before = format!("{extension},1,");
            // Offsets in the value lead to the application's own text.
            let Span { file, start, end } = application.value.span;
            let start = start.saturating_sub(u32::try_from(before.len()).unwrap_or_default());
            entries.push(line(before + &application.value.value, Span { file, start, end }));
        }
        Some(Section { name, is_template: false, entries })
    }
}

fn line(value: String, place: Span) -> Entry {
    let key = Spanned::new("exten".to_owned(), place);
    Entry { key, value: Spanned::new(value, place), operator: Operator::Object }
}
