use core::time::Duration;

use crate::packet::PacketInfo;

/// A packet at its place in the ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Extended sequence number.
    pub(super) sequence: i64,
    /// Extended timestamp, on the timeline of the queue.
    pub(super) timestamp: i64,
    pub(super) info: PacketInfo,
    pub(super) arrived: Duration,
    length: usize,
}

/// Packets by sequence number, on a ring: a packet is found, put in and taken out in one step, and nothing is ever
/// allocated after the beginning.
#[derive(Clone, Debug)]
pub(super) struct Store {
    slots: Box<[Option<Slot>]>,
    payloads: Box<[u8]>,
    max_payload: usize,
    count: usize,
}

impl Store {
    /// For at least `capacity` packets of at most `max_payload` octets.
    pub(super) fn new(capacity: usize, max_payload: usize) -> Self {
        let capacity = capacity.next_power_of_two();
        Self {
            slots: vec![None; capacity].into(),
            payloads: vec![0; capacity * max_payload].into(),
            max_payload,
            count: 0,
        }
    }

    pub(super) fn capacity(&self) -> i64 {
        self.slots.len() as i64
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn clear(&mut self) {
        self.slots.fill(None);
        self.count = 0;
    }

    /// Keeps a packet. Its number must be within one capacity of all others that are kept.
    pub(super) fn put(
        &mut self,
        sequence: i64,
        timestamp: i64,
        info: PacketInfo,
        arrived: Duration,
        payload: &[u8],
    ) {
        let index = self.index(sequence);
        let length = payload.len().min(self.max_payload);
        let begin = index * self.max_payload;
        self.payloads[begin..begin + length].copy_from_slice(&payload[..length]);
        let slot = Slot { sequence, timestamp, info, arrived, length };
        self.count += usize::from(self.slots[index].replace(slot).is_none());
    }

    pub(super) fn get(&self, sequence: i64) -> Option<&Slot> {
        self.slots[self.index(sequence)].as_ref().filter(|slot| slot.sequence == sequence)
    }

    /// Forgets a packet. Its payload stays readable until another one takes its place.
    pub(super) fn take(&mut self, sequence: i64) -> Option<Slot> {
        let index = self.index(sequence);
        let slot = self.slots[index].take_if(|slot| slot.sequence == sequence)?;
        self.count -= 1;
        Some(slot)
    }

    pub(super) fn payload(&self, slot: &Slot) -> &[u8] {
        let begin = self.index(slot.sequence) * self.max_payload;
        &self.payloads[begin..begin + slot.length]
    }

    /// The first packet from `sequence` on.
    pub(super) fn first_from(&self, sequence: i64) -> Option<&Slot> {
        if self.count == 0 {
            return None;
        }
        (sequence..sequence + self.capacity()).find_map(|sequence| self.get(sequence))
    }

    /// Moves the packets from `sequence` on to another place of the timeline.
    pub(super) fn shift_from(&mut self, sequence: i64, by: i64) {
        for slot in self.slots.iter_mut().flatten().filter(|slot| slot.sequence >= sequence) {
            slot.timestamp += by;
        }
    }

    fn index(&self, sequence: i64) -> usize {
        // The capacity is a power of two, so that this is a mask.
        sequence.rem_euclid(self.capacity()) as usize
    }
}
