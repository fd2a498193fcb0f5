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

    /// What an answer of ours may name, in this order, to an offer of `offered`.
    ///
    /// In a session that goes on the phone's order counts: one that holds and resumes stays with its codec, and one that
    /// asks for another gets it.
    pub(super) fn answered(&mut self, offered: &[Codec], turn: Turn) -> Vec<Codec> {
        let mut rule = self.rules.incoming_offer;
        if turn == Turn::Later {
            rule.prefer = Prefer::Pending;
        }
        let mut answer = rule.resolve(offered, &self.configured);
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
    use Codec::{Pcma, Pcmu};

    fn endpoint(codecs: &[Codec]) -> SipEndpoint {
        let mut endpoint = SipEndpoint::new("desk");
        endpoint.codecs = codecs.to_vec();
        endpoint
    }

    #[test]
    fn the_first_answer_has_our_order_and_later_ones_the_phone_s() {
        let mut choice = CodecChoice::inbound(&endpoint(&[Pcmu, Pcma]));
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::First), [Pcmu, Pcma]);
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::Later), [Pcma, Pcmu]);
        assert_eq!(choice.answered(&[Pcma], Turn::Later), [Pcma]);
    }

    #[test]
    fn a_refusal_names_what_is_allowed() {
        let mut choice = CodecChoice::inbound(&endpoint(&[Pcmu, Pcma]));
        assert_eq!(choice.answered(&[], Turn::First), []);
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
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::First), [Pcmu]);
    }

    #[test]
    fn one_codec_stays_one_in_offers_that_follow() {
        let mut desk = endpoint(&[Pcmu, Pcma]);
        desk.codec_rules.incoming_offer = desk.codec_rules.incoming_offer.first_only();
        let mut choice = CodecChoice::inbound(&desk);
        assert_eq!(choice.answered(&[Pcma, Pcmu], Turn::First), [Pcmu]);
        assert_eq!(choice.offered(Some(Pcma)), [Pcmu]);
        assert_eq!(choice.answered(&[Pcma], Turn::Later), [Pcma]);
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
        assert_eq!(plain.answered(&[Pcmu, Pcma], Turn::First), [Pcmu, Pcma]);
        caller.codec_rules.outgoing_answer = Some(CodecRule::default());
        let mut choice = CodecChoice::inbound(&caller);
        assert!(choice.suit(vec![Pcma]));
        assert!(!choice.suit(vec![Pcma]), "nothing new");
        assert_eq!(choice.answered(&[Pcmu, Pcma], Turn::First), [Pcma]);
        assert_eq!(choice.answered(&[Pcmu], Turn::First), [Pcmu], "nothing in common is translated");
        assert_eq!(choice.answered(&[Pcmu, Pcma], Turn::Later), [Pcmu, Pcma]);
    }
}
