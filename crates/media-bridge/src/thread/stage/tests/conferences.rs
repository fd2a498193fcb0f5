//! Legs that enter conferences of other threads, and leave them.

use super::*;
use crate::conference::{ConferenceConfig, ConferenceEvent, MemberSettings};
use crate::id::ConferenceId;
use crate::thread::ConferenceCommand;

const THIRD: BridgeId = BridgeId(3);

impl Theatre {
    pub(super) fn open_room(&self, home: usize) -> (ConferenceId, Receiver<ConferenceEvent>) {
        let id = ConferenceId { home, serial: home as u64 };
        let (sender, events) = channel();
        let config = ConferenceConfig::new(move |event| {
            let _ = sender.send(event);
        });
        self.neighbours[home].rooms.fetch_add(1, Relaxed);
        self.tell_room(id, ConferenceCommand::Open(Box::new(config)));
        (id, events)
    }

    pub(super) fn tell_room(&self, id: ConferenceId, command: ConferenceCommand) {
        self.neighbours[id.home].mailbox.post(Message::Conference(id, command));
    }

    pub(super) fn enter(&self, room: ConferenceId, stay: BridgeId, leg: LegId) {
        self.tell_room(room, ConferenceCommand::Enter { stay, leg, settings: Box::default() });
    }

    pub(super) fn stay_of(&self, id: LegId) -> Option<BridgeId> {
        let stage = self.stages.iter().find(|stage| stage.places.contains_key(&id))?;
        stage.seats[stage.places[&id]].stay.map(|stay| stay.id)
    }

    /// Members of the rooms of a stage, and those who are on their way.
    pub(super) fn people(&self, index: usize) -> (usize, usize) {
        self.stages[index].rooms.people()
    }
}

#[test]
fn legs_come_to_the_thread_of_their_room() {
    let mut theatre = Theatre::new(3);
    let (room, _) = theatre.open_room(2);
    let ((a, _), (b, _), (c, _)) = (theatre.open(0), theatre.open(1), theatre.open(2));
    for (stay, leg) in [(FIRST, a), (SECOND, b), (THIRD, c)] {
        theatre.enter(room, stay, leg);
    }
    theatre.settle();
    assert_eq!(theatre.legs(), [0, 0, 3]);
    assert_eq!([a, b, c].map(|leg| theatre.stay_of(leg)), [Some(FIRST), Some(SECOND), Some(THIRD)]);
    assert!(theatre.stages[2].timeout(Instant::now()).unwrap() <= Duration::from_millis(20));
    // One leaves, one is closed, and one stays.
    theatre.tell_room(room, ConferenceCommand::Leave { stay: FIRST });
    theatre.tell(b, Command::Close);
    theatre.settle();
    assert_eq!((theatre.people(2), theatre.stay_of(a), theatre.stay_of(c)), ((1, 0), None, Some(THIRD)));
}

#[test]
fn one_who_leaves_on_the_way_does_not_arrive_in_the_room() {
    let mut theatre = Theatre::new(2);
    let ((room, _), (a, _)) = (theatre.open_room(1), theatre.open(0));
    theatre.enter(room, FIRST, a);
    theatre.serve(1);
    theatre.tell_room(room, ConferenceCommand::Leave { stay: FIRST });
    theatre.settle();
    assert_eq!((theatre.people(1), theatre.stay_of(a)), ((0, 0), None));
}

#[test]
fn a_leg_that_is_gone_is_not_waited_for() {
    let mut theatre = Theatre::new(2);
    let ((room, _), (a, _)) = (theatre.open_room(1), theatre.open(0));
    theatre.tell(a, Command::Close);
    theatre.enter(room, FIRST, a);
    theatre.settle();
    assert_eq!(theatre.people(1), (0, 0));
}

#[test]
fn a_bridge_ends_a_stay_and_a_stay_ends_a_bridge() {
    let mut theatre = Theatre::new(2);
    let ((room, _), (a, _), (b, _)) = (theatre.open_room(1), theatre.open(0), theatre.open(0));
    theatre.join(FIRST, a, b);
    theatre.settle();
    theatre.enter(room, SECOND, a);
    theatre.settle();
    assert_eq!((theatre.partner(b), theatre.stay_of(a)), (None, Some(SECOND)));
    theatre.join(THIRD, b, a);
    theatre.settle();
    assert_eq!((theatre.partner(b), theatre.stay_of(a), theatre.people(1)), (Some(a), None, (0, 0)));
}

#[test]
fn one_whom_an_earlier_bridge_calls_away_comes_back() {
    for leaves in [false, true] {
        let mut theatre = Theatre::new(2);
        let ((room, _), (a, _), (b, _)) = (theatre.open_room(1), theatre.open(0), theatre.open(1));
        theatre.join(FIRST, a, b);
        theatre.tell(a, Command::Part { bridge: FIRST });
        theatre.enter(room, SECOND, b);
        // The bridge has ended before its call for the other leg is heard, which has entered meanwhile.
        theatre.serve(0);
        if leaves {
            theatre.tell_room(room, ConferenceCommand::Leave { stay: SECOND });
        }
        theatre.settle();
        let (stay, people) = if leaves { (None, (0, 0)) } else { (Some(SECOND), (1, 0)) };
        assert_eq!((theatre.stay_of(b), theatre.people(1)), (stay, people));
    }
}

#[test]
fn the_end_of_a_room_lets_everybody_go() {
    let mut theatre = Theatre::new(2);
    let ((room, events), (a, _), (b, _)) = (theatre.open_room(0), theatre.open(0), theatre.open(1));
    theatre.enter(room, FIRST, a);
    theatre.enter(room, SECOND, b);
    theatre.settle();
    let sound = audio::Pcm::new(8_000, vec![1; 9_000]);
    theatre.tell_room(room, ConferenceCommand::Play(Box::new(sound.into()), 7.into()));
    theatre.tell_room(room, ConferenceCommand::Close);
    theatre.settle();
    let reason = PlaybackEnd::Closed;
    assert_eq!(events.try_recv(), Ok(ConferenceEvent::PlaybackEnded { token: 7.into(), reason }));
    assert_eq!([a, b].map(|leg| theatre.stay_of(leg)), [None, None]);
    assert_eq!(theatre.stages[0].neighbours[0].rooms.load(Relaxed), 0);
    // What comes afterwards concerns nobody.
    theatre.tell_room(
        room,
        ConferenceCommand::Change { stay: FIRST, settings: Box::new(MemberSettings::default()) },
    );
    theatre.enter(room, THIRD, a);
    theatre.settle();
    assert_eq!(theatre.stay_of(a), None);
}
