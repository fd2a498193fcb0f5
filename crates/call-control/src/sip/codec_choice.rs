//! The codecs of one session: what its descriptions name, by the rules of its endpoint.

use media_bridge::Codec;
use sdp::negotiation::NegotiationError;

use super::codec_rules::{CodecRules, Prefer};
use super::endpoint::SipEndpoint;

/// Which offer of the phone is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The one that began the session.
    First,
    /// One that changes it: hold, resume, another codec.
    Later,
}

/// What one session may speak.
#[derive(Clone, Debug)]
pub(super) struct CodecChoice {
    rules: CodecRules,
    /// What the endpoint may use.
    configured: Vec<Codec>,
    /// What our own offers name.
    named: Vec<Codec>,
    /// To be named first, so that nothing has to be translated.
    wish: Option<Codec>,
    /// What the far end of the call speaks, where the first answer follows it.
    far: Vec<Codec>,
    /// The order that the phone names codecs in, by its last offer that told something new of it.
    phone_order: Vec<Codec>,
}

impl CodecChoice {
    /// For a session that a phone of `endpoint` begins.
    pub(super) fn inbound(endpoint: &SipEndpoint) -> Self {
        let configured = endpoint.codecs.clone();
        Self {
            rules: endpoint.codec_rules,
            named: configured.clone(),
            configured,
            wish: None,
            far: Vec::new(),
            phone_order: Vec::new(),
        }
    }

    /// For a session with a phone of `endpoint` that a call asks for which speaks `pending`. `None`: there is nothing that
    /// it could be offered, for the call may not be translated.
    pub(super) fn outbound(endpoint: &SipEndpoint, pending: &[Codec], no_translation: bool) -> Option<Self> {
        let mut rule = endpoint.codec_rules.outgoing_offer;
        rule.no_translation |= no_translation;
        let named = rule.offer(pending, &endpoint.codecs);
        let ruled_out = named.is_empty() && !pending.is_empty();
        (!ruled_out).then(|| Self { named, ..Self::inbound(endpoint) })
    }

    /// Descriptions of ours name these codecs from now on, whatever the endpoint may use.
    pub(super) fn name(&mut self, codecs: Vec<Codec>) {
        self.named.clone_from(&codecs);
        (self.configured, self.wish) = (codecs, None);
    }

    /// What an offer of ours names; `wish` first from now on, if it is among it.
    pub(super) fn offered(&mut self, wish: Option<Codec>) -> Vec<Codec> {
        self.wish = wish.or(self.wish);
        let mut named = self.named.clone();
        if let Some(at) = self.wish.and_then(|wish| named.iter().position(|codec| *codec == wish)) {
            named[..=at].rotate_right(1);
        }
        named
    }

    /// Leaves out of offers what is not among `agreed`, unless nothing would be left.
    pub(super) fn keep(&mut self, agreed: &[Codec]) {
        if self.named.iter().any(|codec| agreed.contains(codec)) {
            self.named.retain(|codec| agreed.contains(codec));
        }
    }

    /// What an answer of ours may name, in this order, to an offer of `offered` in a session that speaks `spoken`.
    ///
    /// In a session that goes on the phone's order counts, behind the codec that is spoken, unless the phone
    /// [asks for another](Self::asks_for_another).
    pub(super) fn answered(&mut self, offered: &[Codec], turn: Turn, spoken: Option<Codec>) -> Vec<Codec> {
        let mut rule = self.rules.incoming_offer;
        let mut wanted = offered.to_vec();
        if turn == Turn::Later {
            rule.prefer = Prefer::Pending;
            let stays = spoken.and_then(|spoken| offered.iter().position(|codec| *codec == spoken));
            if let Some(at) = stays.filter(|at| !self.asks_for_another(offered, offered[*at])) {
                wanted[..=at].rotate_right(1);
            }
        }
        self.learn_order(offered);
        let mut answer = rule.resolve(&wanted, &self.configured);
        let follow = self.rules.outgoing_answer.filter(|_| turn == Turn::First && !self.far.is_empty());
        if let Some(follow) = follow {
            let mut followed = follow.resolve(&self.far, &answer);
            followed.retain(|codec| offered.contains(codec));
            // Nothing in common: the call is translated.
            answer = if followed.is_empty() { answer } else { followed };
        }
        // Where one codec is wanted, a later offer of ours does not bring the others back.
        if rule.first_only && !answer.is_empty() {
            self.named.clone_from(&answer);
        }
        answer
    }

    /// Whether a phone wants another codec than `spoken`, by what it offers in a session that goes on.
    ///
    /// Its order alone does not tell: many phones name all that they know each time, in an order of their own that was
    /// overruled when the call began. To hold or resume would change the codec of the call with each of them, perhaps to
    /// one that the other party does not have. What tells is an order that is not the one that the phone had before.
    fn asks_for_another(&self, offered: &[Codec], spoken: Codec) -> bool {
        let rank = |codec: Codec| self.phone_order.iter().position(|known| *known == codec);
        let first = offered.iter().find(|codec| self.configured.contains(codec));
        let ranks = first.and_then(|first| rank(*first)).zip(rank(spoken));
        ranks.is_some_and(|(first, spoken)| first > spoken)
    }

    /// Notes the order of an offer, unless that only leaves out some of what the phone named before: so does PJSIP, to
    /// have one codec and no other, and names all again when it resumes.
    fn learn_order(&mut self, offered: &[Codec]) {
        let mut known = self.phone_order.iter();
        if !offered.iter().all(|codec| known.any(|earlier| earlier == codec)) {
            self.phone_order = offered.to_vec();
        }
    }

    /// Why an offer cannot be answered, with all that one may have in it: what is negotiated with was narrowed to what the
    /// phone has.
    pub(super) fn explain(&self, error: NegotiationError) -> NegotiationError {
        let NegotiationError::NoCommonCodec { theirs, ours } = error else { return error };
        let name = |codec: &Codec| format!("{}/{}", codec.name(), codec.clock_rate());
        let allowed: Vec<String> = self.configured.iter().take(8).map(name).collect();
        let ours = if allowed.is_empty() { ours } else { allowed.join(", ") };
        NegotiationError::NoCommonCodec { theirs, ours }
    }

    /// What an answer of `answered` to our last offer comes to, never more than that.
    pub(super) fn accepted(&mut self, answered: &[Codec]) -> Vec<Codec> {
        let named = self.offered(None);
        let mut accepted = self.rules.incoming_answer.resolve(answered, &named);
        accepted.retain(|codec| answered.contains(codec));
        if accepted.is_empty() { answered.to_vec() } else { accepted }
    }

    /// The far end speaks `far`. Says whether the answer to the phone may be another one for it.
    pub(super) fn suit(&mut self, far: Vec<Codec>) -> bool {
        let changes = self.rules.outgoing_answer.is_some() && far != self.far;
        self.far = far;
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec_rules::{CodecRule, Operation};
    use super::*;
    use Codec::{Ilbc, Pcma, Pcmu};

    fn endpoint(codecs: &[Codec]) -> SipEndpoint {
        let mut endpoint = SipEndpoint::new("desk");
        endpoint.codecs = codecs.to_vec();
        endpoint
    }

    #[test]
    fn the_first_answer_has_our_order_and_later_ones_stay_with_what_is_spoken() {
        let mut choice = CodecChoice::inbound(&endpoint(&[Pcmu, Pcma, Ilbc]));
        assert_eq!(choice.answered(&[Ilbc, Pcma, Pcmu], Turn::First, None), [Pcmu, Pcma, Ilbc]);
        let hold = choice.answered(&[Ilbc, Pcma, Pcmu], Turn::Later, Some(Pcmu));
        assert_eq!(hold, [Pcmu, Ilbc, Pcma], "the order that was overruled before");
        assert_eq!(choice.answered(&[Pcmu], Turn::Later, Some(Pcmu)), [Pcmu], "PJSIP settles on one");
        let resume = choice.answered(&[Ilbc, Pcma, Pcmu], Turn::Later, Some(Pcmu));
        assert_eq!(resume, [Pcmu, Ilbc, Pcma], "and names all again");
        assert_eq!(
            choice.answered(&[Pcma, Ilbc], Turn::Later, Some(Pcmu)),
            [Pcma, Ilbc],
            "no more of what is spoken"
        );
        assert_eq!(choice.answered(&[Pcma], Turn::Later, Some(Pcma)), [Pcma]);
    }

    #[test]
    fn a_phone_that_changes_its_order_gets_another_codec() {
        let mut choice = CodecChoice::inbound(&endpoint(&[Pcmu, Pcma]));
        assert_eq!(choice.answered(&[Pcmu, Pcma], Turn::First, None), [Pcmu, Pcma]);
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::Later, Some(Pcmu)), [Pcma, Pcmu]);
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::Later, Some(Pcma)), [Pcma, Pcmu]);
        assert_eq!(choice.answered(&[Pcmu, Pcma], Turn::Later, Some(Pcma)), [Pcmu, Pcma]);
        assert_eq!(choice.answered(&[Pcma], Turn::Later, Some(Pcmu)), [Pcma], "no other one");
    }

    #[test]
    fn a_called_phone_that_names_all_it_knows_stays_with_its_codec() {
        let mut choice = CodecChoice::outbound(&endpoint(&[Pcmu, Ilbc]), &[Pcmu], false).unwrap();
        assert_eq!(choice.answered(&[Ilbc, Pcmu], Turn::Later, Some(Pcmu)), [Pcmu, Ilbc]);
        let mut one = CodecChoice { rules: choice.rules, ..choice.clone() };
        one.rules.incoming_offer = one.rules.incoming_offer.first_only();
        assert_eq!(one.answered(&[Ilbc, Pcmu], Turn::Later, Some(Pcmu)), [Pcmu]);
    }

    #[test]
    fn a_refusal_names_what_is_allowed() {
        let mut choice = CodecChoice::inbound(&endpoint(&[Pcmu, Pcma]));
        assert_eq!(choice.answered(&[], Turn::First, None), []);
        let narrowed = NegotiationError::NoCommonCodec { theirs: "none".into(), ours: "none".into() };
        assert_eq!(
            choice.explain(narrowed).to_string(),
            "no codec in common: the peer has none; allowed here: PCMU/8000, PCMA/8000"
        );
        assert_eq!(choice.explain(NegotiationError::NoAudio), NegotiationError::NoAudio);
    }

    #[test]
    fn codecs_that_are_named_hold_for_offers_and_answers() {
        let mut choice = CodecChoice::inbound(&endpoint(&[Pcmu, Pcma]));
        choice.offered(Some(Pcma));
        choice.name(vec![Pcmu]);
        assert_eq!(choice.offered(None), [Pcmu]);
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::First, None), [Pcmu]);
    }

    #[test]
    fn one_codec_stays_one_in_offers_that_follow() {
        let mut desk = endpoint(&[Pcmu, Pcma]);
        desk.codec_rules.incoming_offer = desk.codec_rules.incoming_offer.first_only();
        let mut choice = CodecChoice::inbound(&desk);
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::First, None), [Pcmu]);
        assert_eq!(choice.offered(Some(Pcma)), [Pcmu]);
        assert_eq!(choice.answered(&[Pcma], Turn::Later, None), [Pcma]);
        assert_eq!(choice.offered(None), [Pcma]);
    }

    #[test]
    fn offers_name_the_caller_s_codec_first() {
        let choice = |pending: &[Codec]| CodecChoice::outbound(&endpoint(&[Pcmu, Pcma]), pending, false);
        assert_eq!(choice(&[Pcma]).unwrap().offered(None), [Pcma, Pcmu]);
        assert_eq!(choice(&[]).unwrap().offered(None), [Pcmu, Pcma]);
        let mut later = choice(&[Pcma]).unwrap();
        assert_eq!(later.offered(Some(Pcmu)), [Pcmu, Pcma]);
        assert_eq!(later.offered(None), [Pcmu, Pcma], "a wish is kept");
    }

    #[test]
    fn either_end_may_rule_a_translation_out() {
        let mut callee = endpoint(&[Pcma]);
        assert!(CodecChoice::outbound(&callee, &[Pcmu], true).is_none());
        assert_eq!(CodecChoice::outbound(&callee, &[Pcmu], false).unwrap().offered(None), [Pcma]);
        callee.codec_rules.outgoing_offer.no_translation = true;
        assert!(CodecChoice::outbound(&callee, &[Pcmu], false).is_none());
        assert!(CodecChoice::outbound(&callee, &[], false).is_some());
    }

    #[test]
    fn an_answer_is_taken_as_it_comes_unless_our_order_counts() {
        let mut callee = endpoint(&[Pcmu, Pcma]);
        let accepted = |callee: &SipEndpoint| {
            CodecChoice::outbound(callee, &[Pcmu], false).unwrap().accepted(&[Pcma, Pcmu])
        };
        assert_eq!(accepted(&callee), [Pcma, Pcmu]);
        callee.codec_rules.incoming_answer = CodecRule::new(Prefer::Configured, Operation::Intersect);
        assert_eq!(accepted(&callee), [Pcmu, Pcma]);
        callee.codec_rules.incoming_answer = callee.codec_rules.incoming_answer.first_only();
        assert_eq!(accepted(&callee), [Pcmu]);
        callee.codec_rules.incoming_answer = CodecRule::new(Prefer::Configured, Operation::OnlyPreferred);
        let mut choice = CodecChoice::outbound(&callee, &[], false).unwrap();
        assert_eq!(choice.accepted(&[Pcma]), [Pcma], "what was refused cannot be sent");
    }

    #[test]
    fn the_caller_s_answer_follows_the_called_party_where_that_is_wanted() {
        let mut caller = endpoint(&[Pcmu, Pcma]);
        let mut plain = CodecChoice::inbound(&caller);
        assert!(!plain.suit(vec![Pcma]));
        assert_eq!(plain.answered(&[Pcmu, Pcma], Turn::First, None), [Pcmu, Pcma]);
        caller.codec_rules.outgoing_answer = Some(CodecRule::default());
        let mut choice = CodecChoice::inbound(&caller);
        assert!(choice.suit(vec![Pcma]));
        assert!(!choice.suit(vec![Pcma]), "nothing new");
        assert_eq!(choice.answered(&[Pcmu, Pcma], Turn::First, None), [Pcma]);
        assert_eq!(choice.answered(&[Pcmu], Turn::First, None), [Pcmu], "nothing in common is translated");
        assert_eq!(choice.answered(&[Pcmu, Pcma], Turn::Later, None), [Pcmu, Pcma]);
    }
}
