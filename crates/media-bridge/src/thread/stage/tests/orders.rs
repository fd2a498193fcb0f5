//! Bridges and stays that begin and end while their legs are on the way, whatever order the threads read it in: what comes of
//! it is what would come of it on one thread.

use proptest::prelude::*;

use super::*;
use crate::id::ConferenceId;
use crate::thread::ConferenceCommand;

/// Threads on which legs are opened.
const HOMES: [usize; 5] = [0, 1, 2, 0, 1];
/// Threads of the rooms.
const ROOMS: [usize; 2] = [1, 2];

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Join(usize, usize),
    /// The end of the bridge that began as this one of all.
    Part(usize),
    Enter(usize, usize),
    Leave(usize),
    Close(usize),
    CloseRoom(usize),
    /// A thread reads what has come for it.
    Serve(usize),
}

/// What a leg does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pursuit {
    Alone,
    Bridged(BridgeId, usize),
    Meets(BridgeId, usize),
    Closed,
}

/// The same on one thread, where each step is done before the next.
struct Expected {
    legs: [Pursuit; HOMES.len()],
    rooms: [bool; ROOMS.len()],
}

impl Expected {
    fn free(&mut self, leg: usize) {
        if let Pursuit::Bridged(_, peer) = self.legs[leg] {
            self.legs[peer] = Pursuit::Alone;
        }
        self.legs[leg] = Pursuit::Alone;
    }

    fn is_open(&self, leg: usize) -> bool {
        self.legs[leg] != Pursuit::Closed
    }

    fn end(&mut self, id: BridgeId) {
        for leg in 0..HOMES.len() {
            if matches!(self.legs[leg], Pursuit::Bridged(of, _) | Pursuit::Meets(of, _) if of == id) {
                self.free(leg);
            }
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leg = || 0..HOMES.len();
    let room = || 0..ROOMS.len();
    let step = prop_oneof![
        6 => (leg(), leg()).prop_map(|(one, other)| Step::Join(one, other)),
        4 => (0..12_usize).prop_map(Step::Part),
        4 => (room(), leg()).prop_map(|(room, leg)| Step::Enter(room, leg)),
        3 => (0..12_usize).prop_map(Step::Leave),
        1 => leg().prop_map(Step::Close),
        1 => room().prop_map(Step::CloseRoom),
        14 => (0..3_usize).prop_map(Step::Serve),
    ];
    prop::collection::vec(step, 1..40)
}

/// Plays the steps on three threads, and compares.
fn play(steps: &[Step]) {
    let mut theatre = Theatre::new(3);
    let legs = HOMES.map(|home| theatre.open(home).0);
    let rooms = ROOMS.map(|home| theatre.open_room(home).0);
    let mut expected = Expected { legs: [Pursuit::Alone; HOMES.len()], rooms: [true; ROOMS.len()] };
    let mut bridges: Vec<(BridgeId, [LegId; 2])> = Vec::new();
    let mut stays: Vec<(BridgeId, ConferenceId)> = Vec::new();
    for step in steps {
        let next = BridgeId((bridges.len() + stays.len()) as u64 + 1);
        match *step {
            Step::Join(one, other) if one != other && expected.is_open(one) && expected.is_open(other) => {
                theatre.join(next, legs[one], legs[other]);
                bridges.push((next, [legs[one], legs[other]]));
                expected.free(one);
                expected.free(other);
                expected.legs[one] = Pursuit::Bridged(next, other);
                expected.legs[other] = Pursuit::Bridged(next, one);
            }
            Step::Part(nth) => {
                if let Some(&(id, both)) = bridges.get(nth) {
                    both.iter().for_each(|leg| theatre.tell(*leg, Command::Part { bridge: id }));
                    expected.end(id);
                }
            }
            Step::Enter(room, leg) if expected.rooms[room] && expected.is_open(leg) => {
                theatre.enter(rooms[room], next, legs[leg]);
                stays.push((next, rooms[room]));
                expected.free(leg);
                expected.legs[leg] = Pursuit::Meets(next, room);
            }
            Step::Leave(nth) => {
                if let Some(&(stay, room)) = stays.get(nth) {
                    theatre.tell_room(room, ConferenceCommand::Leave { stay });
                    expected.end(stay);
                }
            }
            Step::Close(leg) if expected.is_open(leg) => {
                theatre.tell(legs[leg], Command::Close);
                expected.free(leg);
                expected.legs[leg] = Pursuit::Closed;
            }
            Step::CloseRoom(room) if expected.rooms[room] => {
                theatre.tell_room(rooms[room], ConferenceCommand::Close);
                expected.rooms[room] = false;
                for leg in 0..HOMES.len() {
                    if matches!(expected.legs[leg], Pursuit::Meets(_, of) if of == room) {
                        expected.free(leg);
                    }
                }
            }
            Step::Serve(thread) => theatre.serve(thread),
            Step::Join(..) | Step::Enter(..) | Step::Close(_) | Step::CloseRoom(_) => {}
        }
    }
    theatre.settle();
    for (leg, pursuit) in legs.iter().zip(expected.legs) {
        let (partner, stay) = match pursuit {
            Pursuit::Alone | Pursuit::Closed => (None, None),
            Pursuit::Bridged(_, peer) => (Some(legs[peer]), None),
            Pursuit::Meets(stay, _) => (None, Some(stay)),
        };
        assert_eq!((theatre.partner(*leg), theatre.stay_of(*leg)), (partner, stay), "{leg}: {pursuit:?}");
        assert_eq!(theatre.home_of(*leg).is_some(), pursuit != Pursuit::Closed, "{leg}");
    }
    let open = expected.legs.iter().filter(|pursuit| **pursuit != Pursuit::Closed).count();
    assert_eq!((theatre.legs().iter().sum::<usize>(), theatre.ports.in_use()), (open, open));
    for (index, stage) in theatre.stages.iter().enumerate() {
        assert!(stage.expected.is_empty(), "nobody is waited for any more");
        let moved = stage.moved.iter().all(|(leg, to)| theatre.home_of(*leg) == Some(*to) && *to != index);
        assert!(moved, "a home knows where its legs are: {:?}", stage.moved);
    }
    for (stay, room) in stays {
        theatre.tell_room(room, ConferenceCommand::Leave { stay });
    }
    theatre.settle();
    for index in 0..theatre.stages.len() {
        assert_eq!(theatre.people(index), (0, 0), "no room waits for anybody who has left");
    }
}

proptest! {
    #[test]
    fn in_any_order_the_last_word_counts(steps in steps()) {
        play(&steps);
    }
}
