//! A room: every 20 ms those who speak are added up, and everybody hears the others.

use std::time::Instant;

use slab::Slab;

use super::bands::{BandId, Bands};
use super::loudest;
use super::member::{Member, Newcomer};
use super::prompt::Prompt;
use super::rates::Rates;
use super::settings::{ConferenceConfig, ConferenceEvent, HIGHEST_RATE, MemberSettings};
use super::shared::Shares;
use super::taps::Taps;
use crate::id::BridgeId;
use crate::leg::{LegCore, Outgoing, Tuning};
use crate::playback::Playback;
use crate::tap::TapEnd;
use crate::{PlayToken, PlaybackEnd};

/// Turns after which one for whom there is nothing to hear is sent no more, and between two packets from then on: a second.
/// The way to it stays open, and whoever watches its line sees that it lives.
const QUIET: u32 = 50;

/// The legs of a room, and the way to their peers.
pub(crate) trait Audience {
    /// The leg at that place.
    fn leg(&mut self, place: usize) -> Option<&mut LegCore>;

    /// Sends a packet of that leg, which stands at the beginning of `buffer`.
    fn send(&mut self, place: usize, buffer: &mut [u8], outgoing: Outgoing);
}

/// A conference, but for the legs of its members.
///
/// What a member says is handed to [`hear`](Self::hear) as it comes. Each [`turn`](Self::turn) makes 20 ms of sound. Whoever
/// says something gets the sum without the own voice, encoded by the own leg; all others who speak one codec get one payload.
pub(crate) struct Room {
    config: ConferenceConfig,
    members: Slab<Member>,
    rates: Rates,
    bands: Bands,
    shares: Shares,
    prompt: Prompt,
    taps: Taps,
    /// Loudness and place of those who speak at this turn.
    speakers: Vec<(u16, usize)>,
    turn: u64,
}

impl Room {
    pub(crate) fn new(mut config: ConferenceConfig) -> Self {
        config.highest_rate = config.highest_rate.min(HIGHEST_RATE);
        Self {
            rates: Rates::up_to(config.highest_rate),
            config,
            members: Slab::new(),
            bands: Bands::default(),
            shares: Shares::default(),
            prompt: Prompt::default(),
            taps: Taps::default(),
            speakers: Vec::new(),
            turn: 0,
        }
    }

    /// Takes somebody in whose leg speaks so, and says under which number.
    pub(crate) fn enter(&mut self, newcomer: Newcomer, tuning: Option<Tuning>) -> usize {
        let band = BandId::of(8_000);
        self.bands.enter(band);
        let mut member = Member::new(newcomer, band);
        if let Some(tuning) = tuning {
            tune(&mut member, tuning, &self.rates, &mut self.bands, &mut self.shares);
        }
        self.rates.forget();
        let number = self.members.insert(member);
        // A turn has room for everybody.
        self.speakers.reserve(self.members.len().saturating_sub(self.speakers.len()));
        number
    }

    /// Lets somebody go, and says who it was and how it took part.
    pub(crate) fn leave(&mut self, number: usize) -> Option<Newcomer> {
        let member = self.members.try_remove(number)?;
        self.bands.leave(member.band);
        self.rates.forget();
        if let Some(share) = member.share {
            self.shares.leave(share);
        }
        let Member { stay, leg, place, settings, .. } = member;
        Some(Newcomer { stay, leg, place, settings })
    }

    /// How somebody takes part from now on.
    pub(crate) fn change(&mut self, number: usize, settings: MemberSettings) {
        if let Some(member) = self.members.get_mut(number) {
            member.change(settings);
        }
    }

    /// The number of the member whose stay that is.
    pub(crate) fn number_of(&self, stay: BridgeId) -> Option<usize> {
        self.members.iter().find(|(_, member)| member.stay == stay).map(|(number, _)| number)
    }

    /// Numbers and places of all members.
    pub(crate) fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.members.iter().map(|(number, member)| (number, member.place))
    }

    /// Whether somebody wants what is said by that member: it is not muted.
    pub(crate) fn listens_to(&self, number: usize) -> bool {
        self.members.get(number).is_some_and(|member| !member.settings.muted)
    }

    /// Samples a second that are worth decoding of what that member says.
    pub(crate) fn wanted_rate(&self, number: usize) -> u32 {
        self.members.get(number).map_or(HIGHEST_RATE, |member| member.band.rate())
    }

    /// Whether keys of that member are for the others.
    pub(crate) fn passes_keys(&self, number: usize) -> bool {
        self.members.get(number).is_some_and(|member| member.settings.passes_keys)
    }

    /// Whether there is anything to do at a turn.
    pub(crate) fn needs_turns(&self) -> bool {
        !self.members.is_empty() || self.prompt.is_playing()
    }

    /// What somebody says: the sound of a packet, `rate` samples of it a second, whose timestamp counts by a clock of
    /// `clock_rate`.
    pub(crate) fn hear(&mut self, number: usize, timing: (u32, u32), (sound, rate): (&[i16], u32)) {
        if let Some(member) = self.members.get_mut(number).filter(|member| !member.settings.muted) {
            member.hear(timing, sound, rate);
        }
    }

    /// Plays something that everybody hears beside what is said, in place of what plays now.
    pub(crate) fn play(&mut self, playback: Playback, token: PlayToken) {
        self.bands.open(Prompt::band(&playback));
        let ended = self.prompt.play(playback, token);
        self.tell_end(ended);
    }

    /// One more listens to all members together, at `rate` samples a second or the next rate below.
    pub(crate) fn tap(&mut self, end: TapEnd, rate: u32) {
        self.taps.add(end, rate.min(HIGHEST_RATE), &mut self.bands);
        self.rates.forget();
    }

    /// Ends what plays.
    pub(crate) fn stop_playing(&mut self, reason: PlaybackEnd) {
        let ended = self.prompt.stop(reason);
        self.tell_end(ended);
    }

    fn tell_end(&self, ended: Option<(PlayToken, PlaybackEnd)>) {
        if let Some((token, reason)) = ended {
            (self.config.events)(ConferenceEvent::PlaybackEnded { token, reason });
        }
    }

    /// Twenty milliseconds: everybody is sent what the others say.
    pub(crate) fn turn(&mut self, now: Instant, audience: &mut impl Audience, buffer: &mut [u8]) {
        self.turn += 1;
        self.settle_rates();
        self.bands.begin();
        self.gather(audience);
        let ended = self.prompt.speak(&mut self.bands);
        self.tell_end(ended);
        self.bands.mix();
        self.taps.listen(now, self.turn, &self.bands);
        if self.taps.look_after(&mut self.bands) {
            self.rates.forget();
        }
        for number in 0..self.members.capacity() {
            self.send(now, number, audience, buffer);
        }
    }

    /// Those who can hear at any rate do so at the best of the others.
    fn settle_rates(&mut self) {
        if !self.rates.settle(&self.members, || self.taps.best_rate()) {
            return;
        }
        for (_, member) in &mut self.members {
            if let Some(tuning) = member.tuning
                && self.rates.band(tuning) != member.band
            {
                tune(member, tuning, &self.rates, &mut self.bands, &mut self.shares);
            }
        }
    }

    /// Hears what members say, and adds it up.
    fn gather(&mut self, audience: &mut impl Audience) {
        self.speakers.clear();
        for (number, member) in &mut self.members {
            if let Some(event) = member.speak_up()
                && let Some(leg) = audience.leg(member.place)
            {
                leg.tell_talk(event);
            }
            if member.heard {
                self.speakers.push((member.loudness, number));
            }
        }
        if let Some(most) = self.config.loudest {
            for (_, unheard) in loudest::beyond(&mut self.speakers, most) {
                if let Some(member) = self.members.get_mut(*unheard) {
                    member.heard = false;
                }
            }
            self.speakers.truncate(most);
        }
        for (_, number) in &self.speakers {
            if let Some(member) = self.members.get(*number) {
                self.bands.add(member.band, member.frame());
            }
        }
    }

    /// Sends one member what it hears.
    fn send(&mut self, now: Instant, number: usize, audience: &mut impl Audience, buffer: &mut [u8]) {
        let Some(member) = self.members.get_mut(number) else { return };
        let place = member.place;
        let Some(leg) = audience.leg(place) else { return };
        let Some(tuning) = leg.tuning() else { return };
        if member.tuning != Some(tuning) {
            tune(member, tuning, &self.rates, &mut self.bands, &mut self.shares);
            self.rates.forget();
        }
        if leg.makes_packets() {
            // It hears something of its own.
            member.elsewhere = true;
            return;
        }
        // What it hears after that, or after a hold, begins anew.
        if std::mem::take(&mut member.elsewhere) || !leg.can_be_sent_to() {
            leg.pause();
        }
        if !leg.can_be_sent_to() {
            return;
        }
        let alone = member.heard && self.speakers.len() == 1 && !self.prompt.spoke();
        let silent = alone || !self.bands.sound();
        member.quiet = if silent { member.quiet.saturating_add(1) } else { 0 };
        if member.quiet >= QUIET {
            leg.pause();
            if !member.quiet.is_multiple_of(QUIET) {
                return;
            }
        }
        if let (Some(share), false) = (member.share, member.is_particular() || leg.shapes_sent()) {
            let payload = self.shares.payload(share, self.turn, &self.bands);
            if let Some(outgoing) = leg.speak_encoded(now, payload, tuning.ms, buffer) {
                audience.send(place, buffer, outgoing);
            }
            return;
        }
        member.mix(&self.bands, |sound, rate| {
            let outgoing = audience.leg(place).and_then(|leg| leg.speak(now, (sound, rate), buffer));
            if let Some(outgoing) = outgoing {
                audience.send(place, buffer, outgoing);
            }
        });
    }
}

/// Lets a member hear as its leg speaks now.
fn tune(member: &mut Member, tuning: Tuning, rates: &Rates, bands: &mut Bands, shares: &mut Shares) {
    let band = rates.band(tuning);
    bands.enter(band);
    bands.leave(member.band);
    if let Some(share) = member.share.take() {
        shares.leave(share);
    }
    member.tune(tuning, band);
    member.share = shares.join(tuning, band);
}
