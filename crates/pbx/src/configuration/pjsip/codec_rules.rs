//! `incoming_call_offer_pref`, `outgoing_call_offer_pref`, `codec_prefs_*` and `preferred_codec_only`: which codecs are
//! offered and answered, in which order.
//!
//! Asterisk 22 reads both families and goes by the first; it keeps the second for later. Here each `codec_prefs_*` that is
//! written does what is documented of it, except at a point where the first family has a word too: then that one holds,
//! as it does there.

use asterisk_conf::{Diagnostic, suggest};
use call_control::sip::{CodecRule, CodecRules, Operation, Prefer};

use crate::configuration::values::{Values, at};

const INCOMING: &[(&str, CodecRule)] = &[
    ("local", CodecRule::new(Prefer::Configured, Operation::Intersect)),
    ("local_first", CodecRule::new(Prefer::Configured, Operation::Intersect).first_only()),
    ("remote", CodecRule::new(Prefer::Pending, Operation::Intersect)),
    ("remote_first", CodecRule::new(Prefer::Pending, Operation::Intersect).first_only()),
];

const OUTGOING: &[(&str, CodecRule)] = &[
    ("local", CodecRule::new(Prefer::Configured, Operation::Intersect)),
    ("local_merge", CodecRule::new(Prefer::Configured, Operation::Merge)),
    ("local_first", CodecRule::new(Prefer::Configured, Operation::Merge).first_only()),
    ("remote", CodecRule::new(Prefer::Pending, Operation::Intersect)),
    ("remote_merge", CodecRule::new(Prefer::Pending, Operation::Merge)),
    ("remote_first", CodecRule::new(Prefer::Pending, Operation::Intersect).first_only()),
];

const PREFER: &[(&str, Prefer)] = &[("pending", Prefer::Pending), ("configured", Prefer::Configured)];

const OPERATIONS: &[(&str, Operation)] = &[
    ("intersect", Operation::Intersect),
    ("only_preferred", Operation::OnlyPreferred),
    ("only_nonpreferred", Operation::OnlyNonPreferred),
    ("union", Operation::Union),
];

/// Operations on the offer of a caller: what was not offered cannot be answered.
const OPERATIONS_ON_OFFERS: &[(&str, Operation)] = OPERATIONS.split_at(3).0;

const KEEP: &[(&str, bool)] = &[("all", false), ("first", true)];

const TRANSCODE: &[(&str, bool)] = &[("allow", false), ("prevent", true)];

/// The parts of a value of `codec_prefs_*`.
const PARTS: &[&str] = &["prefer", "operation", "keep", "transcode"];

/// What an endpoint says of it.
pub(super) fn read(values: &mut Values<'_>) -> CodecRules {
    let defaults = CodecRules::default();
    let intersect = CodecRule::new(Prefer::Pending, Operation::Intersect);
    let union = CodecRule::new(Prefer::Pending, Operation::Union);
    let incoming = preferences(values, "codec_prefs_incoming_offer", OPERATIONS_ON_OFFERS, intersect);
    let outgoing = preferences(values, "codec_prefs_outgoing_offer", OPERATIONS, union);
    let answered = preferences(values, "codec_prefs_incoming_answer", OPERATIONS, intersect);
    let answer = preferences(values, "codec_prefs_outgoing_answer", OPERATIONS, intersect);
    let mut rules = CodecRules {
        incoming_offer: one_of(values, "incoming", INCOMING, incoming, defaults.incoming_offer),
        outgoing_offer: one_of(values, "outgoing", OUTGOING, outgoing, defaults.outgoing_offer),
        incoming_answer: answered.unwrap_or(defaults.incoming_answer),
        outgoing_answer: answer,
    };
    rules.incoming_offer.first_only |= values.flag("preferred_codec_only", false);
    rules
}

/// What `<way>_call_offer_pref` says, else `codec_prefs_<way>_offer`, else the default. Both at a time are told of.
fn one_of(
    values: &mut Values<'_>,
    way: &str,
    words: &[(&str, CodecRule)],
    preferences: Option<CodecRule>,
    default: CodecRule,
) -> CodecRule {
    let (word, long) = (format!("{way}_call_offer_pref"), format!("codec_prefs_{way}_offer"));
    let said = values.text(&word).is_some();
    if said && preferences.is_some() {
        let message = format!("{word} is written too, and holds: Asterisk keeps {long} for later");
        values.odd(&long, message, &format!("write only one of {word} and {long}"));
    }
    let otherwise = preferences.filter(|_| !said).unwrap_or(default);
    values.choice(&word, words, otherwise)
}

/// A value such as `prefer: pending, operation: intersect, keep: all, transcode: allow`: parts in any order, and each may
/// be missing. `None`: the key is not written, or something in it cannot be meant.
fn preferences(
    values: &mut Values<'_>,
    key: &str,
    operations: &[(&str, Operation)],
    default: CodecRule,
) -> Option<CodecRule> {
    let text = values.text(key)?;
    let mut rule = default;
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, word) = part.split_once(':').unwrap_or((part, ""));
        let (name, word) = (name.trim().to_ascii_lowercase(), word.trim());
        let problem = match name.as_str() {
            "prefer" => choose(word, PREFER, &mut rule.prefer),
            "operation" => choose(word, operations, &mut rule.operation),
            "keep" => choose(word, KEEP, &mut rule.first_only),
            "transcode" => choose(word, TRANSCODE, &mut rule.no_translation),
            _ => Err((format!("there is no '{name}', only {}", PARTS.join(", ")), nearest(&name, PARTS))),
        };
        if let Err((what, nearest)) = problem {
            let message = format!("{key}: {what}; the whole value is left out");
            let finding = Diagnostic::warning("bad-value", message);
            values.found.push(at(finding, values.span(key)).suggest(nearest.as_deref()));
            return None;
        }
    }
    Some(rule)
}

/// What is wrong with a value, and what may have been meant.
type Problem = (String, Option<String>);

/// Sets `chosen` to what a word means.
fn choose<T: Copy>(word: &str, words: &[(&str, T)], chosen: &mut T) -> Result<(), Problem> {
    if let Some((_, value)) = words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
        *chosen = *value;
        return Ok(());
    }
    let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
    Err((format!("'{word}' is none of {}", known.join(", ")), nearest(word, &known)))
}

fn nearest(word: &str, known: &[&str]) -> Option<String> {
    suggest::nearest(word, known.iter().copied()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::pjsip::testing::endpoint_of;

    /// What an endpoint with these lines has, and what is said of them.
    fn of(lines: &str) -> (CodecRules, String) {
        let (endpoint, said) = endpoint_of(lines);
        (endpoint.codec_rules, said)
    }

    fn rules(lines: &str) -> CodecRules {
        let (rules, said) = of(lines);
        assert!(!said.contains("bad-value"), "{said}");
        rules
    }

    #[test]
    fn what_is_not_written_is_as_in_asterisk() {
        let rules = rules("");
        assert_eq!(rules, CodecRules::default());
        let [local, merge] = [INCOMING[0], OUTGOING[4]];
        assert_eq!((local.0, rules.incoming_offer), ("local", local.1));
        assert_eq!((merge.0, rules.outgoing_offer), ("remote_merge", merge.1));
    }

    #[test]
    fn each_word_is_a_rule() {
        for (word, rule) in INCOMING {
            assert_eq!(rules(&format!("incoming_call_offer_pref={word}")).incoming_offer, *rule, "{word}");
        }
        for (word, rule) in OUTGOING {
            assert_eq!(rules(&format!("outgoing_call_offer_pref={word}")).outgoing_offer, *rule, "{word}");
        }
    }

    #[test]
    fn the_parts_of_a_preference_come_in_any_order_and_may_be_missing() {
        let offer = |value: &str| rules(&format!("codec_prefs_outgoing_offer={value}")).outgoing_offer;
        let all = "prefer: configured, operation: only_preferred, keep: first, transcode: prevent";
        let expected = CodecRule {
            prefer: Prefer::Configured,
            operation: Operation::OnlyPreferred,
            first_only: true,
            no_translation: true,
        };
        assert_eq!(offer(all), expected);
        assert_eq!(
            offer("transcode:prevent,keep:first , operation:only_preferred,  prefer:configured"),
            expected
        );
        let default = CodecRule::new(Prefer::Pending, Operation::Union);
        assert_eq!(offer("keep: first"), default.first_only());
        assert_eq!(offer("KEEP: All"), default);
    }

    #[test]
    fn each_point_has_the_default_of_its_own() {
        let intersect = CodecRule::new(Prefer::Pending, Operation::Intersect);
        let keep = |key: &str| rules(&format!("codec_prefs_{key}=keep:all"));
        assert_eq!(keep("incoming_offer").incoming_offer, intersect);
        assert_eq!(keep("outgoing_offer").outgoing_offer.operation, Operation::Union);
        assert_eq!(keep("incoming_answer").incoming_answer, intersect);
        assert_eq!(keep("outgoing_answer").outgoing_answer, Some(intersect));
        assert_eq!(rules("").outgoing_answer, None);
    }

    #[test]
    fn one_codec_alone_may_be_wanted_in_answers() {
        assert!(rules("preferred_codec_only=yes").incoming_offer.first_only);
        assert!(!rules("preferred_codec_only=no").incoming_offer.first_only);
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place() {
        let (found, said) = of("codec_prefs_incoming_offer=prefer: pending, operation: union");
        assert_eq!(found, CodecRules::default());
        let told = "'union' is none of intersect, only_preferred, only_nonpreferred";
        assert!(said.contains(told) && said.contains("/pbx/etc/pjsip.conf:6:28"), "{said}");
        let (found, said) = of("codec_prefs_outgoing_offer=prefer: configured, kepe: first");
        assert_eq!(found, CodecRules::default(), "half of a value is no value");
        assert!(said.contains("there is no 'kepe', only prefer, operation, keep, transcode"), "{said}");
        assert!(said.contains("did you mean `keep`"), "{said}");
        let (_, said) = of("codec_prefs_incoming_answer=keep");
        assert!(said.contains("'' is none of all, first"), "{said}");
        let (found, said) = of("outgoing_call_offer_pref=remote_marge");
        assert_eq!(found, CodecRules::default());
        assert!(said.contains("did you mean `remote_merge`"), "{said}");
    }

    #[test]
    fn of_both_families_at_one_point_the_one_that_asterisk_goes_by_holds() {
        let lines =
            "incoming_call_offer_pref=remote\ncodec_prefs_incoming_offer=prefer:configured,keep:first";
        let (found, said) = of(lines);
        assert_eq!(found.incoming_offer, INCOMING[2].1);
        assert!(said.contains("incoming_call_offer_pref is written too, and holds"), "{said}");
    }
}
