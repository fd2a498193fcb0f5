//! What a leg hears, on its way to whoever it talks with.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtp::Header;
use rtp::redundancy::Recovered;

use super::leg::Seat;
use super::stage::{Stage, send, send_control};
use crate::Digit;
use crate::codec::Codec;
use crate::io::{MAX_DATAGRAM, PacketIo, Received};
use crate::leg::{Content, HIGHEST_RATE, Heard, Key};

/// Octets for a goodbye and what protects it, each of which takes less than half of them.
const FAREWELL: usize = 256;

/// Octets for feedback and what protects it, each of which takes less than half of them.
const FEEDBACK: usize = 1_024;

impl<I: PacketIo> Stage<I> {
    /// A packet came: its leg hears it, and whoever is to hear it next gets it in the same breath.
    pub(super) fn take_packet(&mut self, now: Instant, received: Received) {
        let Received { token, length, from } = received;
        let (place, is_rtcp) = ((token >> 1) as usize, token & 1 == 1);
        let Some(seat) = self.seats.get_mut(place) else { return self.hear_parked(now, token) };
        // A datagram that fills the buffer was longer than any packet of telephony.
        let Some(packet) = self.buffer.get_mut(..length).filter(|p| p.len() < MAX_DATAGRAM) else { return };
        let Some(packet) = seat.core.unprotect(packet) else { return };
        let length = packet.len();
        if is_rtcp {
            if let Some(answer) = seat.core.answer_stun(from, packet) {
                let _ = self.io.send(seat.rtcp, &answer, from);
                return;
            }
            seat.core.hear_rtcp(now, from, packet);
            say_farewell(&mut self.io, seat);
            return self.carry_feedback(place, length);
        }
        if seat.core.is_redundant(packet) {
            return self.take_redundant(now, place, from, length);
        }
        let heard = seat.core.hear(now, from, packet);
        say_farewell(&mut self.io, seat);
        let Some(heard) = heard else {
            if let Some(answer) = seat.core.answer_stun(from, packet) {
                // One that finds the socket full is lost, as on the way; peers ask again.
                let _ = self.io.send(seat.rtp, &answer, from);
            }
            return self.carry_feedback(place, length);
        };
        if seat.core.passes() {
            return self.carry(now, place, &heard, length);
        }
        if seat.core.was_recovered(&heard) {
            return;
        }
        self.hand_on(now, place, &heard, length);
    }

    /// A packet of redundant data came: what was lost before it, and is in it, goes on first.
    fn take_redundant(&mut self, now: Instant, place: usize, from: SocketAddr, length: usize) {
        let mut whole = [0; MAX_DATAGRAM];
        let Some(seat) = self.seats.get_mut(place) else { return };
        let (Some(packet), Some(copy)) = (self.buffer.get_mut(..length), whole.get_mut(..length)) else {
            return;
        };
        copy.copy_from_slice(packet);
        let Some(shortened) = seat.core.take_primary(packet) else { return };
        let heard = seat.core.hear(now, from, &packet[..shortened]);
        say_farewell(&mut self.io, seat);
        let Some(mut heard) = heard else { return };
        heard.redundant = true;
        let Some(lost) = seat.core.hear_redundant(&heard, copy) else { return };
        let beside = match &heard.content {
            Content::Audio(codec, _) => Some((*codec, heard.header.payload_type)),
            _ => None,
        };
        let mut is_there = true;
        for lost in lost {
            is_there = false;
            self.hand_on_lost(now, place, &lost, beside);
        }
        if !is_there {
            let Some(seat) = self.seats.get_mut(place) else { return };
            let Some(packet) = self.buffer.get_mut(..length) else { return };
            packet.copy_from_slice(copy);
            seat.core.take_primary(packet);
        }
        self.hand_on(now, place, &heard, shortened);
    }

    /// A packet was lost, and found again in another one, of which `beside` is known.
    fn hand_on_lost(
        &mut self,
        now: Instant,
        place: usize,
        lost: &Recovered<'_>,
        beside: Option<(Codec, u8)>,
    ) {
        let end = Header::LENGTH + lost.data.len();
        let Some(room) = self.buffer.get_mut(Header::LENGTH..end) else { return };
        room.copy_from_slice(lost.data);
        lost.header.write(&mut self.buffer[..]);
        let Some(seat) = self.seats.get_mut(place) else { return };
        let heard = seat.core.hear_lost(lost.header, Header::LENGTH..end);
        let heard = heard.and_then(|heard| seat.core.fit_lost(heard, beside, &mut self.buffer[..]));
        if let Some(heard) = heard
            && let Content::Audio(_, range) = &heard.content
        {
            let end = range.end;
            self.hand_on(now, place, &heard, end);
        }
    }

    /// A packet was heard that belongs to the sound of a leg.
    fn hand_on(&mut self, now: Instant, place: usize, heard: &Heard, length: usize) {
        if heard.ends_former_key() {
            self.end_forwarded(now, place);
        }
        let Some(seat) = self.seats.get_mut(place) else { return };
        let Some(packet) = self.buffer.get_mut(..length) else { return };
        seat.core.tap_heard(now, heard, packet);
        if seat.core.even_out(now, heard, packet) {
            let listener = listener_of(seat, place);
            self.follow_wheel(now, place);
            let listener = listener.filter(|_| heard.released.is_some());
            return self.press_keys(now, listener, &[Some(Key::Up(heard.released))]);
        }
        if let Some(stay) = seat.stay {
            return self.hear_for_room(now, (place, stay), heard, length);
        }
        if matches!(heard.content, Content::Noise(_)) {
            return self.take_noise(now, place, heard, length);
        }
        seat.core.end_noise(heard);
        let (listens, listener) = (seat.core.listens(heard), listener_of(seat, place));
        if seat.core.plays_out()
            && let Content::Event { keys, .. } = &heard.content
        {
            // The numbers of the stream that is made of the buffer have no room for it.
            return self.press_keys(now, listener, keys);
        }
        let recodes = |place| self.seats.get(place).is_some_and(|seat| seat.core.recodes(heard));
        if listens || listener.is_some_and(recodes) {
            return self.take_sound(now, place, heard, length);
        }
        let Some(listener) = listener else { return };
        let Some(listener_seat) = self.seats.get_mut(listener) else { return };
        if let Some(outgoing) = listener_seat.core.relay(now, heard, packet) {
            send(now, &mut self.io, listener_seat, &mut self.buffer[..], outgoing);
        } else if listener_seat.slot.is_none() && listener_seat.core.needs_wheel() {
            self.follow_wheel(now, listener);
        }
        self.send_repacked(now, listener);
    }

    /// A packet came that goes on as it is. Whoever gets the first of a source needs a picture that builds on no other.
    fn carry(&mut self, now: Instant, place: usize, heard: &Heard, length: usize) {
        let Some(seat) = self.seats.get(place) else { return };
        let Some(listener) = listener_of(seat, place) else { return };
        let Some(packet) = self.buffer.get_mut(..length) else { return };
        let Some(blocks) = seat.core.blocks(heard, packet) else { return };
        let Some(listener) = self.seats.get_mut(listener) else { return };
        let Some(outgoing) = listener.core.relay_passed(now, heard, &blocks, packet) else { return };
        let is_first = listener.core.has_new_source();
        send(now, &mut self.io, listener, &mut self.buffer[..], outgoing);
        if let Some(seat) = self.seats.get_mut(place).filter(|_| is_first) {
            let mut buffer = [0; FEEDBACK];
            if let Some(request) = seat.core.request_picture(&mut buffer[..FEEDBACK / 2]) {
                send_control(&mut self.io, seat, &mut buffer, request);
            }
        }
    }

    /// RTCP came: what it says of the packets that a leg passes on goes to who sends them.
    fn carry_feedback(&mut self, place: usize, length: usize) {
        let Some(seat) = self.seats.get_mut(place) else { return };
        if !seat.core.has_feedback() {
            return;
        }
        let Some(control) = self.buffer.get(..length) else { return };
        let mut buffer = [0; FEEDBACK];
        let room = &mut buffer[..FEEDBACK / 2];
        let Some(source) = listener_of(seat, place) else { return };
        if source == place {
            // An echo: the peer is its own source.
            if let Some(outgoing) = seat.core.return_feedback(control, room) {
                send_control(&mut self.io, seat, &mut buffer, outgoing);
            }
            return;
        }
        let Some((seat, source)) = self.seats.get2_mut(place, source) else { return };
        if let Some(outgoing) = seat.core.carry_feedback(control, &mut source.core, room) {
            send_control(&mut self.io, source, &mut buffer, outgoing);
        }
    }

    /// A packet came that is listened to, or whose listener speaks another codec: it is decoded once, and encoded by the
    /// other leg where that is needed.
    fn take_sound(&mut self, now: Instant, place: usize, heard: &Heard, length: usize) {
        let wanted = self.wanted_rate(place);
        let Some(seat) = self.seats.get_mut(place) else { return };
        let Some(packet) = self.buffer.get_mut(..length) else { return };
        let Some(sound) = seat.core.decode(heard, packet, wanted, &mut self.sound[..]) else { return };
        let keys = seat.core.listen(sound);
        let (length, rate) = (sound.0.len(), sound.1);
        let Some(sound) = self.sound.get_mut(..length) else { return };
        let shaped = seat.core.shape_heard(sound, rate);
        let sound = (&*sound, rate);
        let Some(listener) = listener_of(seat, place) else { return };
        let Some(listener_seat) = self.seats.get_mut(listener) else { return };
        listener_seat.core.press_heard(now, &keys);
        let outgoing = match shaped || listener_seat.core.recodes(heard) {
            true => listener_seat.core.relay_sound(now, heard, sound, &mut self.buffer[..]),
            false => listener_seat.core.relay(now, heard, packet),
        };
        if let Some(outgoing) = outgoing {
            send(now, &mut self.io, listener_seat, &mut self.buffer[..], outgoing);
        }
        self.follow_wheel(now, listener);
        self.send_repacked(now, listener);
    }

    /// Samples a second that what a leg heard is decoded to. Whoever listens on the way hears everything, and goes on doing so
    /// whatever the leg is bridged with.
    pub(super) fn wanted_rate(&self, place: usize) -> u32 {
        let Some(seat) = self.seats.get(place).filter(|seat| !seat.core.listens_to_sound()) else {
            return HIGHEST_RATE;
        };
        if let Some(stay) = seat.stay {
            return self.rooms.wanted_rate(stay);
        }
        let listener = listener_of(seat, place).and_then(|listener| self.seats.get(listener));
        listener.map_or(HIGHEST_RATE, |listener| listener.core.heard_rate())
    }

    /// A peer describes its pause: that goes on to whoever has comfort noise too, and others hear noise that is made here.
    fn take_noise(&mut self, now: Instant, place: usize, heard: &Heard, length: usize) {
        let Some(seat) = self.seats.get_mut(place) else { return };
        let Some(packet) = self.buffer.get_mut(..length) else { return };
        let (listener, plays_out) = (listener_of(seat, place), seat.core.plays_out());
        let listening = listener.filter(|_| !plays_out).and_then(|listener| self.seats.get_mut(listener));
        if let Some(listener) = listening.filter(|listener| listener.core.takes_noise(heard)) {
            if let Some(outgoing) = listener.core.relay(now, heard, packet) {
                send(now, &mut self.io, listener, &mut self.buffer[..], outgoing);
            }
            return;
        }
        if let Some(seat) = self.seats.get_mut(place) {
            seat.core.begin_noise(heard, packet);
        }
        self.follow_wheel(now, place);
    }

    /// What a leg has in its buffer for this turn of the wheel is heard by whom it talks with.
    pub(super) fn play_out(&mut self, now: Instant, place: usize) {
        let wanted = self.wanted_rate(place);
        let Some(seat) = self.seats.get_mut(place) else { return };
        let Some((heard, sound)) = seat.core.play_out(now, wanted, &mut self.sound[..]) else { return };
        let keys = seat.core.listen(sound);
        let (length, rate) = (sound.0.len(), sound.1);
        let Some(sound) = self.sound.get_mut(..length) else { return };
        seat.core.shape_heard(sound, rate);
        let sound = (&*sound, rate);
        if let Some(stay) = seat.stay {
            return self.rooms.hear(stay, &heard, sound);
        }
        let Some(listener) = listener_of(seat, place) else { return };
        let Some(listener_seat) = self.seats.get_mut(listener) else { return };
        listener_seat.core.press_heard(now, &keys);
        let outgoing = listener_seat.core.relay_sound(now, &heard, sound, &mut self.buffer[..]);
        if let Some(outgoing) = outgoing {
            send(now, &mut self.io, listener_seat, &mut self.buffer[..], outgoing);
        }
        self.follow_wheel(now, listener);
        self.send_repacked(now, listener);
    }

    /// The key that went on from a leg to its listener is up, though no packet that says so came.
    #[cold]
    fn end_forwarded(&mut self, now: Instant, place: usize) {
        let listener = self.seats.get(place).and_then(|seat| listener_of(seat, place));
        let Some(seat) = listener.and_then(|listener| self.seats.get_mut(listener)) else { return };
        seat.core.end_forwarded();
        // The packet that told of it still stands in the thread's buffer.
        let mut buffer = [0; FAREWELL];
        while let Some(outgoing) = seat.core.missed_end(now, &mut buffer[..FAREWELL / 2]) {
            send(now, &mut self.io, seat, &mut buffer, outgoing);
        }
    }

    /// Keys for whoever hears a leg.
    fn press_keys(&mut self, now: Instant, listener: Option<usize>, keys: &[Option<Key>]) {
        let Some(listener) = listener else { return };
        if let Some(seat) = self.seats.get_mut(listener) {
            seat.core.press_keys(now, keys);
        }
        self.follow_wheel(now, listener);
    }

    /// A leg's peer has pressed a key and said so elsewhere: whoever it talks with hears it.
    pub(super) fn hear_digit(&mut self, now: Instant, place: usize, digit: Digit, duration: Duration) {
        let seat = self.seats.get(place).filter(|seat| !seat.core.omits_keys());
        let Some(listener) = seat.and_then(|seat| listener_of(seat, place)) else { return };
        if let Some(seat) = self.seats.get_mut(listener) {
            seat.core.press_for(digit, duration);
        }
        self.follow_wheel(now, listener);
    }

    /// What a leg has put into packets of another length.
    pub(super) fn send_repacked(&mut self, now: Instant, place: usize) {
        let Some(seat) = self.seats.get_mut(place) else { return };
        while let Some(outgoing) = seat.core.next_repacked(now, &mut self.buffer[..]) {
            send(now, &mut self.io, seat, &mut self.buffer[..], outgoing);
        }
    }
}

/// Says goodbye under an SSRC that a leg has given up, before it goes on under another.
#[inline]
fn say_farewell<I: PacketIo>(io: &mut I, seat: &mut Seat) {
    if !seat.core.has_farewell() {
        return;
    }
    // The packet that told of it still stands in the thread's buffer.
    let mut buffer = [0; FAREWELL];
    if let Some(outgoing) = seat.core.farewell(&mut buffer[..FAREWELL / 2]) {
        send_control(io, seat, &mut buffer, outgoing);
    }
}

/// Who hears what a leg hears: itself, or the leg that it is bridged with.
fn listener_of(seat: &Seat, place: usize) -> Option<usize> {
    match seat.bridge {
        _ if seat.core.echoes() => Some(place),
        Some((_, peer)) => Some(peer),
        None => None,
    }
}
