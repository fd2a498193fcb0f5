//! Which codecs are offered and answered, in which order: the rule behind `incoming_call_offer_pref`,
//! `outgoing_call_offer_pref` and `codec_prefs_*`.
//!
//! A call from Alice to Bob passes four points. At each of them two lists meet, one that has come this far (*pending*)
//! and one of our own (*configured*), and become one by a [`CodecRule`]:
//!
//! ```text
//!                   pending                    configured               becomes
//! incoming offer    what Alice offers          what Alice may use       our answer to her, and what Bob is offered of her
//! outgoing offer    what Alice's call speaks   what Bob may use         our offer to him
//! incoming answer   what Bob answers           what he was offered      what his call speaks; the first is sent
//! outgoing answer   what Bob's call speaks     what hers was to speak   our answer to her, unless she has heard one
//! ```
//!
//! The rule itself knows neither SIP nor codecs. What nobody can speak never gets onto the wire: an answer holds nothing
//! that was not offered (RFC 3264 §6.1), whatever a rule says.

/// Whose list a rule starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// The one that has come this far.
    #[default]
    Pending,
    /// Our own.
    Configured,
}

/// What becomes of both lists. The preferred one gives the order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// All of both, the preferred ones first.
    Union,
    /// Those in both.
    #[default]
    Intersect,
    /// The preferred list alone.
    OnlyPreferred,
    /// The other one alone.
    OnlyNonPreferred,
    /// All of our own, those that are preferred too first.
    Merge,
}

/// How two lists of codecs become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodecRule {
    /// Whose order counts.
    pub prefer: Prefer,
    /// Which codecs are kept.
    pub operation: Operation,
    /// Only the first of them.
    pub first_only: bool,
    /// No call that needs a translation: a codec that is not pending is left out.
    pub no_translation: bool,
}

impl CodecRule {
    /// A rule that keeps all and lets calls be translated.
    pub const fn new(prefer: Prefer, operation: Operation) -> Self {
        Self { prefer, operation, first_only: false, no_translation: false }
    }

    /// The same, and of what it comes to only the first codec.
    #[must_use]
    pub const fn first_only(self) -> Self {
        Self { first_only: true, ..self }
    }

    /// What both lists come to, each codec once. It may be nothing.
    pub fn resolve<C: Copy + PartialEq>(&self, pending: &[C], configured: &[C]) -> Vec<C> {
        let (preferred, other) = match self.prefer {
            Prefer::Pending => (pending, configured),
            Prefer::Configured => (configured, pending),
        };
        let both: Vec<C> = preferred.iter().chain(other).copied().collect();
        let may_stay = |codec: &C| !self.no_translation || pending.contains(codec);
        let belongs = |codec: &C| match self.operation {
            Operation::Union => true,
            Operation::Intersect => preferred.contains(codec) && other.contains(codec),
            Operation::OnlyPreferred => preferred.contains(codec),
            Operation::OnlyNonPreferred => other.contains(codec),
            Operation::Merge => configured.contains(codec),
        };
        // The other list alone keeps its own order.
        let order = if self.operation == Operation::OnlyNonPreferred { other } else { &both };
        let mut resolved: Vec<C> = Vec::with_capacity(order.len());
        for codec in order.iter().filter(|codec| belongs(codec) && may_stay(codec)) {
            if !resolved.contains(codec) {
                resolved.push(*codec);
            }
        }
        resolved.truncate(if self.first_only { 1 } else { resolved.len() });
        resolved
    }

    /// What is offered to a phone that may use `configured`, to a call that speaks `pending`.
    ///
    /// A call that speaks nothing yet, as one that nobody has asked for by telephone, has no say. Where both have nothing
    /// in common all of the phone's are offered, and the call is translated, unless that is ruled out.
    pub fn offer<C: Copy + PartialEq>(&self, pending: &[C], configured: &[C]) -> Vec<C> {
        let alone = if self.first_only { &configured[..configured.len().min(1)] } else { configured };
        if pending.is_empty() {
            return alone.to_vec();
        }
        let resolved = self.resolve(pending, configured);
        if resolved.is_empty() && !self.no_translation { alone.to_vec() } else { resolved }
    }
}

/// The rules of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecRules {
    /// What comes of an offer of its phones.
    pub incoming_offer: CodecRule,
    /// What its phones are offered.
    pub outgoing_offer: CodecRule,
    /// What comes of an answer of its phones.
    pub incoming_answer: CodecRule,
    /// How the answer to its phones follows what the called party answers; not at all where there is none.
    pub outgoing_answer: Option<CodecRule>,
}

impl Default for CodecRules {
    /// Our order in answers, the caller's first in offers, answers as they come.
    fn default() -> Self {
        Self {
            incoming_offer: CodecRule::new(Prefer::Configured, Operation::Intersect),
            outgoing_offer: CodecRule::new(Prefer::Pending, Operation::Merge),
            incoming_answer: CodecRule::new(Prefer::Pending, Operation::Intersect),
            outgoing_answer: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operation::{Intersect, Merge, OnlyNonPreferred, OnlyPreferred, Union};
    use Prefer::{Configured, Pending};

    fn resolve(rule: CodecRule, pending: &str, configured: &str) -> String {
        let list = |text: &str| text.chars().collect::<Vec<char>>();
        rule.resolve(&list(pending), &list(configured)).into_iter().collect()
    }

    /// Letters are codecs: `g` G.722, `u` and `a` the two laws, `o` Opus.
    const TABLE: &[(Prefer, Operation, &str, &str, &str)] = &[
        // pending, configured, what they come to
        (Pending, Intersect, "gua", "oau", "ua"),
        (Configured, Intersect, "gua", "oau", "au"),
        (Pending, Intersect, "g", "oau", ""),
        (Pending, Union, "gua", "oau", "guao"),
        (Configured, Union, "gua", "oau", "oaug"),
        (Pending, OnlyPreferred, "gua", "oau", "gua"),
        (Configured, OnlyPreferred, "gua", "oau", "oau"),
        (Pending, OnlyNonPreferred, "gua", "oau", "oau"),
        (Configured, OnlyNonPreferred, "gua", "oau", "gua"),
        (Pending, Merge, "gua", "oau", "uao"),
        (Configured, Merge, "gua", "oau", "oau"),
        (Pending, Merge, "g", "au", "au"),
        (Pending, Union, "uu", "uau", "ua"),
        (Pending, Union, "", "", ""),
    ];

    #[test]
    fn two_lists_become_one() {
        for (prefer, operation, pending, configured, expected) in TABLE {
            let rule = CodecRule::new(*prefer, *operation);
            let case = format!("{rule:?} of {pending} and {configured}");
            assert_eq!(resolve(rule, pending, configured), *expected, "{case}");
            let first: String = expected.chars().take(1).collect();
            assert_eq!(resolve(rule.first_only(), pending, configured), first, "the first of {case}");
            let untranslated: String = expected.chars().filter(|codec| pending.contains(*codec)).collect();
            let strict = CodecRule { no_translation: true, ..rule };
            assert_eq!(resolve(strict, pending, configured), untranslated, "untranslated: {case}");
        }
    }

    #[test]
    fn without_translation_the_first_is_one_that_needs_none() {
        let rule = CodecRule { no_translation: true, ..CodecRule::new(Configured, Union).first_only() };
        assert_eq!(resolve(rule, "gua", "oau"), "a");
    }

    #[test]
    fn nothing_in_common_is_translated_unless_that_is_ruled_out() {
        let rule = CodecRule::new(Pending, Intersect);
        assert_eq!(rule.offer(&['g'], &['a', 'u']), ['a', 'u']);
        assert_eq!(rule.first_only().offer(&['g'], &['a', 'u']), ['a']);
        let strict = CodecRule { no_translation: true, ..rule };
        assert!(strict.offer(&['g'], &['a', 'u']).is_empty());
        assert_eq!(strict.offer(&['u'], &['a', 'u']), ['u']);
    }

    #[test]
    fn a_call_that_speaks_nothing_has_no_say() {
        let strict = CodecRule { no_translation: true, ..CodecRule::new(Pending, Intersect) };
        assert_eq!(strict.offer(&[], &['a', 'u']), ['a', 'u']);
        assert_eq!(strict.first_only().offer(&[], &['a', 'u']), ['a']);
        assert!(strict.offer::<char>(&[], &[]).is_empty());
    }

    #[test]
    fn without_a_word_callers_get_our_order_and_the_called_get_theirs() {
        let rules = CodecRules::default();
        assert_eq!(resolve(rules.incoming_offer, "gua", "au"), "au");
        assert_eq!(resolve(rules.outgoing_offer, "ug", "aou"), "uao");
        assert_eq!(resolve(rules.incoming_answer, "ua", "au"), "ua");
    }
}
