//! Keys that are known and have no effect yet. A value that asks for what happens anyway is fine; another one is told.

use asterisk_conf::{Diagnostic, Entry, boolean, suggest};

use crate::configuration::values::Values;

/// How the values of a key are written.
#[derive(Clone, Copy)]
enum Form {
    /// Yes or no.
    Flag,
    /// One of these.
    Word(&'static [&'static str]),
    /// A whole number.
    Number,
    /// Anything; or it is checked where it is read.
    Any,
}

/// What a value without an effect means.
#[derive(Clone, Copy)]
enum Weight {
    /// Something comforting is missing.
    Note,
    /// Somebody relies on it: this happens instead.
    Warning(&'static str),
}

/// A key, the form of its values, and those that ask for what happens anyway.
struct Idle(&'static str, Form, &'static [&'static str], Weight);

use Form::{Any, Flag, Number, Word};
use Weight::{Note, Warning};

const NO: &[&str] = &["no"];
const EITHER: &[&str] = &["yes", "no"];
/// What is said does not matter: nothing depends on it here.
const ANY: &[&str] = &["*"];

const ENDPOINT: &[Idle] = &[
    Idle("bundle", Flag, NO, Note),
    Idle("dtls_auto_generate_cert", Flag, NO, Note),
    // Which certificates DTLS would have, where `media_encryption=dtls` is told of.
    Idle("dtls_fingerprint", Word(&["SHA-256", "SHA-1"]), &["SHA-256", "SHA-1"], Note),
    Idle("dtls_rekey", Number, &["0"], Note),
    Idle("dtls_setup", Word(&["active", "passive", "actpass"]), &["active", "passive", "actpass"], Note),
    Idle(
        "dtls_verify",
        Word(&["no", "fingerprint", "certificate", "yes"]),
        &["no", "fingerprint", "certificate", "yes"],
        Note,
    ),
    Idle("fax_detect", Flag, NO, Note),
    Idle("fax_detect_timeout", Number, ANY, Note),
    Idle("force_avp", Flag, NO, Note),
    Idle("ice_support", Flag, NO, Note),
    Idle("max_audio_streams", Number, &["1"], Note),
    Idle("media_use_received_transport", Flag, EITHER, Note),
    Idle("one_touch_recording", Flag, NO, Note),
    Idle("rtp_engine", Word(&["asterisk", "default"]), &["asterisk", "default"], Note),
    Idle("rtp_ipv6", Flag, EITHER, Note),
    Idle("t38_bind_udptl_to_media_address", Flag, NO, Note),
    Idle("t38_udptl", Flag, NO, Note),
    Idle("t38_udptl_ec", Word(&["none", "fec", "redundancy"]), &["none", "fec", "redundancy"], Note),
    Idle("t38_udptl_ipv6", Flag, NO, Note),
    Idle("t38_udptl_maxdatagram", Number, ANY, Note),
    Idle("t38_udptl_nat", Flag, NO, Note),
    Idle("webrtc", Flag, NO, Warning("browsers are not served yet: their calls are refused with 488")),
];

const TRANSPORT: &[Idle] = &[
    // Sockets are read as fast as their messages come, by a task each.
    Idle("async_operations", Number, ANY, Note),
    // A name for logs.
    Idle("domain", Any, ANY, Note),
    // Phones are called from the transport that they registered at, in any case.
    Idle("symmetric_transport", Flag, EITHER, Note),
];

const GLOBAL: &[Idle] = &[
    // A contact ends in the second that it expires in.
    Idle("contact_expiration_check_interval", Number, ANY, Note),
    // The exchange tells one phone after another, and what it cannot take yet waits without a thread of its own.
    Idle("mwi_tps_queue_high", Number, ANY, Note),
    Idle("mwi_tps_queue_low", Number, ANY, Note),
    Idle(
        "taskprocessor_overload_trigger",
        Word(&["global", "pjsip_only", "none"]),
        &["global", "pjsip_only", "none"],
        Note,
    ),
    Idle(
        "send_contact_status_on_update_registration",
        Flag,
        NO,
        Warning("managers (AMI) that would be told are not served yet"),
    ),
];

const SYSTEM: &[Idle] = &[
    // Tasks are not threads: there are as many as there is work.
    Idle("taskpool_auto_increment", Number, ANY, Note),
    Idle("taskpool_idle_timeout", Number, ANY, Note),
    Idle("taskpool_initial_size", Number, ANY, Note),
    Idle("taskpool_max_size", Number, ANY, Note),
    Idle("taskpool_minimum_size", Number, ANY, Note),
    Idle("threadpool_auto_increment", Number, ANY, Note),
    Idle("threadpool_idle_timeout", Number, ANY, Note),
    Idle("threadpool_initial_size", Number, ANY, Note),
    Idle("threadpool_max_size", Number, ANY, Note),
];

/// Tells of the keys in a section of this type that ask for what does not happen.
pub(super) fn check(kind: &str, values: &mut Values<'_>) {
    let table = match kind {
        "endpoint" => ENDPOINT,
        "transport" => TRANSPORT,
        "global" => GLOBAL,
        "system" => SYSTEM,
        _ => return,
    };
    for idle in table {
        let Some(entry) = values.section.last(idle.0).filter(|entry| !entry.value.value.trim().is_empty())
        else {
            continue;
        };
        values.found.extend(idle.problem(entry));
    }
}

impl Idle {
    fn problem(&self, entry: &Entry) -> Option<Diagnostic> {
        let Idle(key, form, same, weight) = self;
        let text = entry.value.value.trim();
        if let Some(finding) = form.problem(key, text) {
            return Some(finding.at(entry.value.span));
        }
        let happens = |word: &&str| match boolean(word) {
            Some(meant) if matches!(form, Flag) => boolean(text) == Some(meant),
            _ => word.eq_ignore_ascii_case(text),
        };
        if *same == ANY || same.iter().any(happens) {
            return None;
        }
        let finding = match weight {
            Note => Diagnostic::note("no-effect", format!("{key}={text} has no effect yet")),
            Warning(instead) => {
                Diagnostic::warning("no-effect", format!("{key} has no effect yet: {instead}"))
            }
        };
        Some(finding.at(entry.key.span))
    }
}

impl Form {
    /// What is wrong with a value of this form.
    fn problem(self, key: &str, text: &str) -> Option<Diagnostic> {
        let odd = |what: &str| Diagnostic::warning("bad-value", format!("{key}: '{text}' is {what}"));
        match self {
            Any => None,
            Flag => boolean(text).is_none().then(|| odd("neither yes nor no").help("write yes or no")),
            Number => {
                text.parse::<i64>().is_err().then(|| odd("no whole number").help("write a whole number"))
            }
            Word(words) => {
                // Where `no` and `yes` are among the words, the other spellings of them are too.
                let meant = boolean(text).map(|yes| if yes { "yes" } else { "no" }).unwrap_or(text);
                let known = words.iter().any(|word| word.eq_ignore_ascii_case(meant));
                let finding = || odd(&format!("none of {}", words.join(", ")));
                (!known).then(|| finding().suggest(suggest::nearest(text, words.iter().copied())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;

    #[test]
    fn every_idle_key_is_a_key_of_its_type() {
        let tables =
            [("endpoint", ENDPOINT), ("transport", TRANSPORT), ("global", GLOBAL), ("system", SYSTEM)];
        for (kind, table) in tables {
            let known = keys::of(kind).unwrap();
            for idle in table {
                assert!(known.contains(&idle.0), "{kind} has no {}", idle.0);
            }
        }
    }
}
