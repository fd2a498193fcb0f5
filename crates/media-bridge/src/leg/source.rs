use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::settings::Learning;

/// The same for the address that was the peer's before it signalled a new one: the new source comes first.
const PROBATION_OF_THE_FORMER: u16 = 50;
/// For so long after it was signalled, an address takes over as soon as it is heard.
const LEARNING: Duration = Duration::from_secs(5);
/// A source that nobody signalled is given up for another one while learning lasts, when it is silent for so long.
const TAKEOVER: Duration = Duration::from_millis(250);
/// Unless it was heard for so many packets since learning began: then its silence is a pause.
const SETTLED: u16 = 50;
/// Unknown sources that are watched at a time. Those who keep up the longest run stay.
const CANDIDATES: usize = 4;

/// Tells the peer's packets from strangers'.
///
/// The signalled address is trusted at its first packet. Any other source is on probation: behind NAT the peer comes
/// from an address that nobody signalled, but so does an attacker who sprays packets at all ports. The first source
/// to send a few packets in unbroken sequence is locked on, and nobody else is heard from then on, but while learning
/// lasts: the signalled address itself, and another source when the one that is locked on has fallen silent after a few
/// packets. Who sprays every port shuts no peer out so, one whose translator gave it another port is found again when it
/// signals anew, and nobody takes the place of a peer that pauses.
///
/// A source on the host that the peer's signalling comes from is the peer, as far as anybody can tell behind NAT: once it has passed
/// its probation, it takes the place of any that is neither there nor where it was signalled to be, at any time. So who streams to
/// a port before the peer does is heard for no longer than that.
///
/// A peer that has announced another place, in an offer that crossed one of ours, is heard from both: an exchange has sent its
/// phone to us by then, perhaps, and offers that once more only after some seconds (RFC 3261 §14.1).
///
/// A peer that was told to send elsewhere does not speak here, and so cannot take its place back from anybody: as long as it is
/// away, nobody is learned who is neither where it was signalled nor on the host of its signalling.
///
/// ```text
///               signalled source: at once
///   Unknown ------------------------------------> Locked --another source--> (stranger)
///      |  another source: PROBATION in a row        ^  |
///      +--------------------------------------------+  +-- signalled source, within LEARNING: locks on it
///                                                   |  |
///                                                   +--+-- another source, within LEARNING, for TAKEOVER alone
///                                                   |  |
///                                                   +--+-- source on the signalling host, unless that or the signalled one is locked on
/// ```
#[derive(Debug)]
pub(crate) struct SourceGuard {
    strict: bool,
    learning: Learning,
    signalled: Option<SocketAddr>,
    /// Where it will be, by an offer that was not answered yet.
    announced: Option<SocketAddr>,
    /// The host that the peer's signalling comes from.
    preferred: Option<IpAddr>,
    /// The peer was told to send elsewhere.
    away: bool,
    trusted: Option<SocketAddr>,
    former: Option<SocketAddr>,
    learning_until: Option<Instant>,
    candidates: [Option<Candidate>; CANDIDATES],
    /// There are candidates, which what is trusted silences when it is heard.
    rivals: bool,
    /// Packets of what is trusted since learning began.
    heard: u16,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    from: SocketAddr,
    since: Instant,
    ssrc: u32,
    next: u16,
    run: u16,
}

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the peer's.
    Trusted,
    /// It is the peer's, and the first one from this address.
    NewlyTrusted,
    /// Drop it.
    Stranger,
}

impl SourceGuard {
    pub(crate) fn new() -> Self {
        Self {
            strict: true,
            learning: Learning::default(),
            signalled: None,
            announced: None,
            preferred: None,
            away: false,
            trusted: None,
            former: None,
            learning_until: None,
            candidates: [None; CANDIDATES],
            rivals: false,
            heard: 0,
        }
    }

    /// The peer announced where it is. An address that it had announced before changes nothing, unless its packets come from
    /// elsewhere: behind a translator that may be elsewhere again now. One that does not speak, as on hold, is not looked for.
    pub(crate) fn signal(
        &mut self,
        now: Instant,
        address: Option<SocketAddr>,
        strict: bool,
        learning: Learning,
        speaks: bool,
    ) {
        (self.strict, self.learning) = (strict, learning);
        if address == self.signalled && self.learning_until.is_some() {
            if self.trusted != self.signalled && speaks {
                (self.learning_until, self.heard) = (Some(now + LEARNING), 0);
            }
            return;
        }
        self.former = self.trusted.take();
        self.signalled = address;
        self.learning_until = Some(now + LEARNING);
        self.candidates = [None; CANDIDATES];
    }

    /// The peer announced that it will be there, in an offer that was not answered yet.
    pub(crate) fn announce(&mut self, now: Instant, address: Option<SocketAddr>) {
        if address.is_some() && address != self.announced {
            self.learning_until = Some(now + LEARNING);
        }
        self.announced = address;
    }

    /// The peer's signalling comes from there.
    pub(crate) fn prefer(&mut self, host: Option<IpAddr>) {
        self.preferred = host;
    }

    /// Whether the peer was told to send elsewhere. Whoever is heard in its place is forgotten then.
    pub(crate) fn send_away(&mut self, away: bool) {
        if away && self.is_doubtful() {
            self.trusted = None;
        }
        self.away = away;
    }

    /// The source that is heard, once there is one.
    #[cfg(test)]
    pub(crate) fn trusted(&self) -> Option<SocketAddr> {
        self.trusted
    }

    /// Judges an RTP packet by where it comes from.
    pub(crate) fn judge(&mut self, now: Instant, from: SocketAddr, ssrc: u32, sequence: u16) -> Verdict {
        if self.trusted == Some(from) {
            self.heard = self.heard.saturating_add(1);
            if self.rivals {
                self.silence_rivals();
            }
            return Verdict::Trusted;
        }
        let signalled = self.is_signalled(from);
        // What was announced holds as long as nothing comes from where it was before.
        let open = self.trusted.is_none() || (signalled && self.trusted == self.announced);
        let believed = signalled && !self.learning.distrustful && (open || self.is_learning(now));
        if !self.strict || believed {
            return self.trust(from);
        }
        if self.away && !signalled && !self.is_preferred(from) {
            return Verdict::Stranger;
        }
        let outranks = self.is_doubtful() && self.is_preferred(from);
        let learns = open || outranks || self.is_learning(now);
        let rival = !open && !signalled && !outranks;
        let settled = self.heard >= SETTLED || self.trusted.is_some_and(|trusted| self.is_signalled(trusted));
        // Nobody elsewhere takes the place of what is on that host.
        let trusts_preferred = self.trusted.is_some_and(|trusted| self.is_preferred(trusted));
        let settled = settled || (trusts_preferred && !self.is_preferred(from));
        if !learns || (rival && settled) {
            return Verdict::Stranger;
        }
        let Some(candidate) = self.candidate(now, from, ssrc, sequence) else { return Verdict::Stranger };
        let waits = rival && now.saturating_duration_since(candidate.since) < TAKEOVER;
        match waits {
            true => Verdict::Stranger,
            false => self.trust(from),
        }
    }

    /// Whether RTCP from `from` can be the peer's: the same host, since ports may differ behind NAT.
    pub(crate) fn accepts_rtcp(&self, from: SocketAddr, signalled_rtcp: Option<SocketAddr>) -> bool {
        let host = |address: Option<SocketAddr>| address.is_some_and(|address| address.ip() == from.ip());
        !self.strict || signalled_rtcp == Some(from) || host(self.trusted.or(self.signalled))
    }

    /// What is trusted is heard: none of those that wait for its silence goes on.
    fn silence_rivals(&mut self) {
        let preferred = self.preferred.filter(|_| self.is_doubtful());
        let waits = |candidate: &Candidate| preferred != Some(candidate.from.ip());
        for place in &mut self.candidates {
            if place.as_ref().is_some_and(waits) {
                *place = None;
            }
        }
        self.rivals = false;
    }

    /// Whether an address is on the host that the peer's signalling comes from.
    fn is_preferred(&self, address: SocketAddr) -> bool {
        self.preferred == Some(address.ip())
    }

    /// Whether the peer has said that it is there.
    fn is_signalled(&self, address: SocketAddr) -> bool {
        [self.signalled, self.announced].contains(&Some(address))
    }

    /// What is trusted is neither there nor where it was signalled to be.
    fn is_doubtful(&self) -> bool {
        self.trusted.is_some_and(|trusted| !self.is_signalled(trusted) && !self.is_preferred(trusted))
    }

    fn is_learning(&self, now: Instant) -> bool {
        self.learning_until.is_some_and(|until| now < until)
    }

    fn trust(&mut self, from: SocketAddr) -> Verdict {
        (self.trusted, self.heard) = (Some(from), 1);
        (self.candidates, self.rivals) = ([None; CANDIDATES], false);
        Verdict::NewlyTrusted
    }

    /// Watches a source that is on probation; it, once it has passed.
    fn candidate(&mut self, now: Instant, from: SocketAddr, ssrc: u32, sequence: u16) -> Option<Candidate> {
        let needed =
            if self.former == Some(from) { PROBATION_OF_THE_FORMER } else { self.learning.probation };
        let place = self.place_of(from);
        let fresh = Candidate { from, since: now, ssrc, next: sequence, run: 0 };
        let candidate = match self.candidates[place].filter(|other| other.from == from) {
            Some(known) if known.ssrc == ssrc && known.next == sequence => known,
            _ => fresh,
        };
        let run = candidate.run + 1;
        let candidate = Candidate { next: sequence.wrapping_add(1), run, ..candidate };
        self.candidates[place] = Some(candidate);
        self.rivals = true;
        Some(candidate).filter(|candidate| candidate.run >= needed)
    }

    /// Where `from` is watched, or the place that it takes: a free one, else that of the shortest run, and at last one that is on the
    /// host of the signalling.
    fn place_of(&self, from: SocketAddr) -> usize {
        let known = self.candidates.iter().position(|place| place.is_some_and(|other| other.from == from));
        known.unwrap_or_else(|| {
            let rank = |other: Candidate| (self.is_preferred(other.from), other.run);
            let run = |place: &usize| self.candidates[*place].map_or((false, 0), rank);
            (0..CANDIDATES).min_by_key(run).unwrap_or(0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, host], port))
    }

    fn guard(now: Instant) -> SourceGuard {
        let mut guard = SourceGuard::new();
        guard.signal(now, Some(at(1, 4_000)), true, Learning::default(), true);
        guard
    }

    /// Sends `count` packets in sequence and returns how many were heard.
    fn heard(guard: &mut SourceGuard, now: Instant, from: SocketAddr, count: u16) -> usize {
        let ssrc = u32::from(from.port());
        (0..count).filter(|&n| guard.judge(now, from, ssrc, n) != Verdict::Stranger).count()
    }

    #[test]
    fn the_signalled_address_is_heard_at_once_and_alone() {
        let now = Instant::now();
        let mut guard = guard(now);
        assert_eq!(guard.judge(now, at(1, 4_000), 1, 1), Verdict::NewlyTrusted);
        assert_eq!(guard.judge(now, at(1, 4_000), 1, 2), Verdict::Trusted);
        assert_eq!(heard(&mut guard, now, at(6, 6_666), 100), 0);
        assert_eq!(guard.trusted(), Some(at(1, 4_000)));
    }

    #[test]
    fn a_place_that_was_announced_is_heard_beside_the_signalled_one() {
        let now = Instant::now();
        let mut guard = guard(now);
        assert_eq!(heard(&mut guard, now, at(1, 4_000), 200), 200);
        let later = now + LEARNING;
        assert_eq!(heard(&mut guard, later, at(2, 5_000), 10), 0);
        guard.announce(later, Some(at(2, 5_000)));
        assert_eq!(heard(&mut guard, later, at(2, 5_000), 10), 10);
        assert_eq!(heard(&mut guard, later, at(6, 6_666), 100), 0, "strangers are none the wiser");
        let much_later = later + 2 * LEARNING;
        assert_eq!(heard(&mut guard, much_later, at(1, 4_000), 10), 10, "it came back without another offer");
        assert_eq!(heard(&mut guard, much_later, at(2, 5_000), 10), 0);
    }

    #[test]
    fn a_place_that_was_announced_and_signalled_then_is_heard_alone() {
        let now = Instant::now();
        let mut guard = guard(now);
        assert_eq!(heard(&mut guard, now, at(1, 4_000), 10), 10);
        guard.announce(now, Some(at(2, 5_000)));
        assert_eq!(heard(&mut guard, now, at(2, 5_000), 10), 10);
        guard.signal(now, Some(at(2, 5_000)), true, Learning::default(), true);
        guard.announce(now, None);
        assert_eq!(heard(&mut guard, now, at(2, 5_000), 10), 10);
        assert_eq!(heard(&mut guard, now, at(1, 4_000), 10), 0);
    }

    #[test]
    fn another_source_needs_four_packets_in_a_row() {
        let now = Instant::now();
        let mut guard = guard(now);
        assert_eq!(heard(&mut guard, now, at(2, 5_000), 10), 7);
        assert_eq!(heard(&mut guard, now, at(3, 5_000), 100), 0, "locked");
    }

    #[test]
    fn a_broken_sequence_starts_again() {
        let now = Instant::now();
        let mut guard = guard(now);
        for sequence in [1, 2, 3, 5, 6, 7, 9, 10, 11] {
            assert_eq!(guard.judge(now, at(2, 5_000), 9, sequence), Verdict::Stranger);
        }
        assert_eq!(guard.judge(now, at(2, 5_000), 9, 12), Verdict::NewlyTrusted);
    }

    #[test]
    fn a_sprayer_of_unrelated_packets_does_not_hinder_learning() {
        let now = Instant::now();
        let mut guard = guard(now);
        let mut verdict = Verdict::Stranger;
        for n in 0..4 {
            for stranger in 0..20 {
                let noise = guard.judge(now, at(66, 10_000 + stranger), 1, n * 7_919 + stranger);
                assert_eq!(noise, Verdict::Stranger);
            }
            verdict = guard.judge(now, at(2, 5_000), 9, n);
        }
        // The places are few: the peer may need a second try, but gets through.
        if verdict == Verdict::Stranger {
            assert!(heard(&mut guard, now, at(2, 5_000), 8) > 0);
        }
        assert_eq!(guard.trusted(), Some(at(2, 5_000)));
    }

    #[test]
    fn the_signalled_address_takes_over_while_learning_lasts() {
        let now = Instant::now();
        let mut early = guard(now);
        heard(&mut early, now, at(6, 6_666), 10);
        assert_eq!(early.judge(now + LEARNING / 2, at(1, 4_000), 1, 1), Verdict::NewlyTrusted);
        assert_eq!(heard(&mut early, now, at(6, 6_666), 10), 0);
        let mut late = guard(now);
        heard(&mut late, now, at(6, 6_666), 10);
        assert_eq!(late.judge(now + LEARNING, at(1, 4_000), 1, 1), Verdict::Stranger);
    }

    #[test]
    fn a_new_address_makes_the_former_source_a_stranger() {
        let now = Instant::now();
        let mut guard = guard(now);
        heard(&mut guard, now, at(1, 4_000), 10);
        guard.signal(now, Some(at(2, 4_000)), true, Learning::default(), true);
        assert_eq!(heard(&mut guard, now, at(1, 4_000), 20), 0);
        assert_eq!(heard(&mut guard, now, at(9, 4_000), 10), 7, "the new one, from behind NAT");
    }

    /// Sends packets in sequence each 20 ms from `now` on, and returns how many were heard.
    fn heard_each_tick(guard: &mut SourceGuard, now: Instant, from: SocketAddr, count: u16) -> usize {
        let ssrc = u32::from(from.port());
        let tick = |n: u16| now + Duration::from_millis(20) * u32::from(n);
        (0..count).filter(|&n| guard.judge(tick(n), from, ssrc, n) != Verdict::Stranger).count()
    }

    #[test]
    fn who_came_first_and_went_away_shuts_nobody_out() {
        let now = Instant::now();
        let mut guard = guard(now);
        assert_eq!(heard(&mut guard, now, at(66, 6_666), 10), 7, "a sprayer");
        assert_eq!(heard_each_tick(&mut guard, now, at(9, 4_000), 50), 50 - 13);
        assert_eq!(guard.trusted(), Some(at(9, 4_000)));
        let later = now + LEARNING;
        assert_eq!(heard_each_tick(&mut guard, later, at(66, 6_666), 50), 0, "it is learnt");
        guard.signal(later, Some(at(1, 4_000)), true, Learning::default(), true);
        assert_eq!(
            heard_each_tick(&mut guard, later, at(9, 5_555), 50),
            50 - 13,
            "another port, and signalled anew"
        );
    }

    #[test]
    fn who_is_where_its_signalling_comes_from_takes_the_place_of_a_stranger() {
        for (ms, probation) in [(0, 4), (3_000, 4), (60_000, 4), (60_000, 10)] {
            let now = Instant::now();
            let mut guard = SourceGuard::new();
            guard.prefer(Some(at(9, 0).ip()));
            let learning = Learning { probation, ..Learning::default() };
            guard.signal(now, Some(at(1, 4_000)), true, learning, true);
            assert_eq!(heard(&mut guard, now, at(66, 6_666), 200), 201 - usize::from(probation));
            let later = now + Duration::from_millis(ms);
            let mut peer = 0;
            for n in 0..20 {
                // The stranger goes on, more often than the peer.
                guard.judge(later, at(66, 6_666), 6_666, 200 + 2 * n);
                guard.judge(later, at(66, 6_666), 6_666, 201 + 2 * n);
                peer += usize::from(guard.judge(later, at(9, 4_000), 4_000, n) != Verdict::Stranger);
            }
            assert_eq!(peer, 21 - usize::from(probation), "after {ms} ms");
            assert_eq!(heard_each_tick(&mut guard, later, at(66, 6_666), 200), 0, "it is learnt");
        }
    }

    #[test]
    fn nobody_takes_the_place_of_a_peer_that_sends_elsewhere() {
        let now = Instant::now();
        for before in [0, 10] {
            let mut guard = guard(now);
            guard.prefer(Some(at(9, 0).ip()));
            let learned = heard(&mut guard, now, at(66, 6_666), before);
            assert_eq!(learned > 0, before > 0);
            guard.send_away(true);
            assert_eq!(heard(&mut guard, now, at(66, 6_666), 200), 0);
            assert!(
                heard(&mut guard, now, at(9, 5_000), 10) > 0,
                "it was not told in time, behind a translator"
            );
            assert_eq!(heard(&mut guard, now, at(1, 4_000), 10), 10, "nor here");
            guard.send_away(false);
            let later = now + LEARNING;
            guard.signal(later, Some(at(1, 4_002)), true, Learning::default(), true);
            assert!(heard(&mut guard, later, at(7, 4_002), 10) > 0, "it is back, and may be anywhere");
        }
    }

    #[test]
    fn the_signalling_host_takes_nothing_from_where_the_peer_said_it_was_nor_from_itself() {
        let now = Instant::now();
        for peer in [at(1, 4_000), at(9, 4_000)] {
            let mut guard = guard(now);
            guard.prefer(Some(at(9, 0).ip()));
            assert!(heard(&mut guard, now, peer, 10) > 0);
            for n in 0..200 {
                let now = now + Duration::from_millis(20) * u32::from(n);
                assert_ne!(guard.judge(now, peer, peer.port().into(), 10 + n), Verdict::Stranger);
                assert_eq!(guard.judge(now, at(9, 6_666), 6, n), Verdict::Stranger, "{peer}");
            }
        }
    }

    #[test]
    fn nobody_takes_over_from_who_is_heard() {
        let now = Instant::now();
        let mut guard = guard(now);
        heard(&mut guard, now, at(9, 4_000), 10);
        for n in 0..200 {
            let now = now + Duration::from_millis(20) * u32::from(n);
            assert_eq!(guard.judge(now, at(9, 4_000), 4_000, n), Verdict::Trusted);
            for burst in 0..5 {
                assert_eq!(guard.judge(now, at(66, 6_666), 6, n * 5 + burst), Verdict::Stranger);
            }
        }
    }

    #[test]
    fn nobody_takes_over_from_who_pauses_or_holds() {
        let now = Instant::now();
        let mut guard = guard(now);
        heard(&mut guard, now, at(9, 4_000), 60);
        assert_eq!(heard_each_tick(&mut guard, now, at(66, 6_666), 200), 0, "a pause");
        guard.signal(now, Some(at(1, 4_000)), true, Learning::default(), false);
        assert_eq!(heard_each_tick(&mut guard, now, at(66, 6_666), 200), 0, "on hold");
    }

    #[test]
    fn nobody_takes_over_from_where_the_peer_said_it_was() {
        let now = Instant::now();
        let mut guard = guard(now);
        heard(&mut guard, now, at(1, 4_000), 10);
        assert_eq!(heard_each_tick(&mut guard, now, at(66, 6_666), 200), 0);
    }

    #[test]
    fn the_same_address_again_changes_nothing() {
        let now = Instant::now();
        let mut guard = guard(now);
        heard(&mut guard, now, at(9, 4_000), 10);
        guard.signal(now, Some(at(1, 4_000)), true, Learning::default(), true);
        assert_eq!(guard.trusted(), Some(at(9, 4_000)));
    }

    #[test]
    fn without_strictness_everybody_is_heard() {
        let now = Instant::now();
        let mut guard = SourceGuard::new();
        guard.signal(now, Some(at(1, 4_000)), false, Learning::default(), true);
        assert_eq!(heard(&mut guard, now, at(2, 5_000), 3), 3);
        assert_eq!(guard.judge(now, at(3, 5_000), 1, 1), Verdict::NewlyTrusted);
    }

    #[test]
    fn who_is_distrustful_lets_everybody_prove_himself() {
        let now = Instant::now();
        let mut guard = SourceGuard::new();
        let learning = Learning { probation: 10, distrustful: true };
        guard.signal(now, Some(at(1, 4_000)), true, learning, true);
        assert_eq!(heard(&mut guard, now, at(1, 4_000), 12), 3);
        assert_eq!(heard(&mut guard, now, at(2, 5_000), 100), 0, "locked");
    }

    #[test]
    fn rtcp_is_taken_from_the_peers_host() {
        let now = Instant::now();
        let mut guard = guard(now);
        assert!(guard.accepts_rtcp(at(1, 9_999), None));
        assert!(!guard.accepts_rtcp(at(7, 9_999), None));
        assert!(guard.accepts_rtcp(at(7, 9_999), Some(at(7, 9_999))));
        heard(&mut guard, now, at(2, 5_000), 4);
        assert!(guard.accepts_rtcp(at(2, 5_001), None));
        assert!(!guard.accepts_rtcp(at(1, 4_001), None));
    }
}
