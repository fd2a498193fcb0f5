//! The fields of a party, which `CALLERID`, `CONNECTEDLINE` and `REDIRECTING` have in common: its number, its name, whether
//! they may be shown, and what networks say beside them. The latter is kept for the dialplan; phones are not told of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use call_control::{Call, CallerId, Presentation};

/// The words that follow a prefix such as `from-`.
pub(super) const KNOWN: &str = "all, name, name-valid, name-charset, name-pres, num, num-valid, num-plan, num-pres, pres, subaddr, \
                                subaddr-valid, subaddr-type, subaddr-odd and tag";

/// What a dialplan has set of the fields that have no place elsewhere, by function and field.
#[derive(Default)]
struct Noted(Mutex<BTreeMap<String, String>>);

/// What was noted under a name; nothing where nothing was.
pub(super) fn noted(call: &Call, name: &str) -> Option<String> {
    let noted = call.kept::<Noted>()?;
    let noted = noted.0.lock().unwrap_or_else(PoisonError::into_inner);
    noted.get(name).cloned()
}

/// Notes a value. Names are those of fields, so there are not many.
pub(super) fn note(call: &Call, name: &str, value: &str) {
    let noted = call.keep::<Noted>();
    noted.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
}

/// A field of a party; `notes` is where those are that have no place in it. `None` for one that does not exist.
pub(super) fn read(call: &Call, party: &CallerId, notes: &str, field: &str) -> Option<String> {
    let yes = |there: bool| u8::from(there).to_string();
    Some(match field {
        "" | "all" => all(party),
        "num" | "number" => party.number.clone(),
        "name" => party.name.clone(),
        "num-valid" => yes(!party.number.is_empty()),
        "name-valid" => yes(!party.name.is_empty()),
        "pres" | "num-pres" => party.number_presentation.to_string(),
        "name-pres" => party.name_presentation.to_string(),
        // All texts are UTF-8; what a dialplan says of them is kept for it.
        "name-charset" => noted(call, &format!("{notes}{field}")).unwrap_or_else(|| "utf8".to_owned()),
        "num-plan" | "subaddr-type" | "subaddr-odd" => {
            noted(call, &format!("{notes}{field}")).unwrap_or_else(|| "0".to_owned())
        }
        "subaddr-valid" => yes(noted(call, &format!("{notes}subaddr")).is_some_and(|text| !text.is_empty())),
        "subaddr" | "tag" => noted(call, &format!("{notes}{field}")).unwrap_or_default(),
        _ => return None,
    })
}

/// What became of a field that was to be set.
pub(super) enum Change {
    /// It is one of the party, which has it now.
    Party,
    /// It was noted.
    Noted,
    /// There is no such field, or the value means nothing to it.
    Refused(String),
}

/// Sets a field of a party.
pub(super) fn write(call: &Call, party: &mut CallerId, notes: &str, field: &str, value: &str) -> Change {
    match field {
        "num" | "number" => value.clone_into(&mut party.number),
        "name" => unquoted(value).clone_into(&mut party.name),
        // Validity follows from whether there is something.
        "num-valid" | "name-valid" => {
            if asterisk_conf::boolean(value) == Some(false) || value == "0" {
                if field == "num-valid" { party.number.clear() } else { party.name.clear() }
            }
        }
        "pres" | "num-pres" | "name-pres" => match Presentation::from_word(value) {
            Some(presentation) => {
                if field != "name-pres" {
                    party.number_presentation = presentation;
                }
                if field != "num-pres" {
                    party.name_presentation = presentation;
                }
            }
            None => {
                let words: Vec<&str> = Presentation::words().collect();
                return Change::Refused(format!("known are {}", words.join(", ")));
            }
        },
        "" | "all" => {
            *party = match value.parse() {
                Ok(parsed) => parsed,
                Err(never) => match never {},
            };
        }
        "name-charset" | "num-plan" | "subaddr" | "subaddr-valid" | "subaddr-type" | "subaddr-odd"
        | "tag" => {
            note(call, &format!("{notes}{field}"), value);
            return Change::Noted;
        }
        _ => return Change::Refused(format!("known are {KNOWN}")),
    }
    Change::Party
}

/// `"Alice" <6001>`, with both marks also where there is no name or no number: dialplans cut it up by them.
fn all(caller: &CallerId) -> String {
    format!("\"{}\" <{}>", caller.name, caller.number)
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// A party that is kept for the dialplan alone, as text.
pub(super) fn noted_party(call: &Call, name: &str) -> Option<CallerId> {
    let text = noted(call, name)?;
    let (number_presentation, rest) = text.split_once(' ')?;
    let (name_presentation, rest) = rest.split_once(' ')?;
    let mut party = match rest.parse::<CallerId>() {
        Ok(party) => party,
        Err(never) => match never {},
    };
    party.number_presentation = Presentation::from_word(number_presentation).unwrap_or_default();
    party.name_presentation = Presentation::from_word(name_presentation).unwrap_or_default();
    Some(party)
}

/// Keeps a party for the dialplan alone.
pub(super) fn note_party(call: &Call, name: &str, party: &CallerId) {
    let (number, name_of) = (party.number_presentation, party.name_presentation);
    note(call, name, &format!("{number} {name_of} {}", all(party)));
}
