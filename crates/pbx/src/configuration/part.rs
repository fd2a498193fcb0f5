//! A part of a configuration: what one kind of reload takes over.

use super::Configuration;

/// What a reload takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything that can change while it runs.
    All,
    /// The dialplan.
    Dialplan,
    /// Endpoints and what belongs to them; the dialplan too where phones add other lines to it than before.
    Sip,
    /// Where phones are, and what is told of it.
    Geolocation,
    /// What those hear who wait.
    Music,
    /// Ports and rules of media, and how codecs encode.
    Media,
    /// Profiles of conferences.
    Conferences,
    /// What phones can dial beyond the dialplan.
    Features,
    /// The tones of countries.
    Indications,
    /// How humans are told from answering machines.
    AnsweringMachines,
    /// Which call detail records are made, and where they are written.
    CallRecords,
}

impl Configuration {
    /// This configuration with one part of `loaded`.
    pub fn with(&self, part: Part, loaded: Self) -> Self {
        match part {
            Part::All => loaded,
            // The places of the rest are those of the texts that it was read from; a place of an older text may show
            // a line that has moved, which is only ever shown to a person.
            Part::Dialplan => Self {
                dialplan: loaded.dialplan,
                plan_text: loaded.plan_text,
                registered: loaded.registered,
                added_lines: loaded.added_lines,
                sources: loaded.sources,
                ..self.clone()
            },
            Part::Music => Self { music: loaded.music, ..self.clone() },
            Part::Media => Self { rtp: loaded.rtp, codecs: loaded.codecs, ..self.clone() },
            Part::Conferences => Self { confbridge: loaded.confbridge, ..self.clone() },
            Part::Features => Self { features: loaded.features, ..self.clone() },
            Part::Indications => Self { indications: loaded.indications, ..self.clone() },
            Part::AnsweringMachines => Self { amd: loaded.amd, ..self.clone() },
            Part::CallRecords => Self { call_records: loaded.call_records, ..self.clone() },
            Part::Geolocation => Self { geolocation: loaded.geolocation, ..self.clone() },
            Part::Sip if loaded.added_lines == self.added_lines => {
                Self { sip: loaded.sip, http: loaded.http, notify: loaded.notify, ..self.clone() }
            }
            // Phones bring their extensions along.
            Part::Sip => {
                let (sip, http, notify) = (loaded.sip.clone(), loaded.http.clone(), loaded.notify.clone());
                Self { sip, http, notify, ..self.with(Part::Dialplan, loaded) }
            }
        }
    }
}
