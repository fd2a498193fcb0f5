//! Who is let in, and who is told what: rooms without sound.

use call_control::{Call, CallerId, ChannelSpec, Direction, Driver, HangupCause};
use media_bridge::{MediaConfig, MediaEngine};

use super::*;
use crate::configuration::{BridgeProfile, MenuProfile, Profile, ProfileProblem, UserProfile};

/// Obeys and does nothing.
struct Silent;

impl Driver for Silent {
    fn ring(&self) {}
    fn progress(&self) {}
    fn answer(&self) {}
    fn hangup(&self, _: HangupCause) {}
}

/// Rooms, and channels for them.
struct House {
    switchboard: Switchboard,
    conferences: Arc<Conferences>,
    bridge: BridgeProfile,
}

type Admitted = Result<(Attendance, UnboundedReceiver<Notice>), Refusal>;

impl House {
    fn new(bridge: &[(&str, &str)]) -> Self {
        let config = MediaConfig { threads: Some(1), ports: 30_000..=30_099, ..MediaConfig::default() };
        let switchboard = Switchboard::builder(MediaEngine::start(config).unwrap()).build();
        Self { switchboard, conferences: Arc::default(), bridge: profile(bridge) }
    }

    fn call(&self, name: &str) -> Call {
        self.switchboard.create_channel(ChannelSpec {
            technology: "PJSIP",
            resource: name.to_owned(),
            direction: Direction::Inbound,
            caller: CallerId::new("", name),
            dialed: "room".to_owned(),
            context: "phones".to_owned(),
            language: "en".to_owned(),
            variables: Vec::new(),
            call_id: None,
            linked_id: None,
            leg: None,
            driver: Box::new(Silent),
        })
    }

    fn admit(&self, name: &str, keys: &[(&str, &str)]) -> Admitted {
        let profiles = Profiles {
            user: Arc::new(profile::<UserProfile>(keys)),
            bridge: Arc::new(self.bridge.clone()),
            menu: Arc::new(MenuProfile::default()),
            names: Default::default(),
        };
        self.conferences.admit(
            &self.switchboard,
            "team",
            Newcomer { call: self.call(name), profiles, name: None },
        )
    }

    fn room(&self) -> RoomSnapshot {
        self.conferences.room("team").unwrap().snapshot()
    }
}

fn profile<P: Profile>(keys: &[(&str, &str)]) -> P {
    let mut profile = P::default();
    keys.iter().for_each(|(key, value)| profile.set(key, value).unwrap());
    profile
}

#[tokio::test]
async fn a_room_is_there_while_somebody_is_in_it() {
    let house = House::new(&[]);
    assert!(house.conferences.room("team").is_none());
    let first = house.admit("alice", &[]).unwrap();
    let second = house.admit("bob", &[("startmuted", "yes")]).unwrap();
    let room = house.room();
    assert_eq!(room.people.iter().map(|person| person.muted).collect::<Vec<_>>(), [false, true]);
    drop(first);
    assert_eq!(house.room().people.len(), 1);
    drop(second);
    assert!(house.conferences.room("team").is_none());
}

#[tokio::test]
async fn full_and_locked_rooms_let_admins_in_alone() {
    let house = House::new(&[("max_members", "1")]);
    let _alice = house.admit("alice", &[]).unwrap();
    assert_eq!(house.admit("bob", &[]).err(), Some(Refusal::Full));
    let _boss = house.admit("boss", &[("admin", "yes")]).unwrap();
    house.conferences.room("team").unwrap().lock(true);
    assert_eq!(house.admit("bob", &[]).err(), Some(Refusal::Locked));
    assert!(house.admit("chief", &[("admin", "yes")]).is_ok());
}

#[tokio::test]
async fn those_who_lead_let_others_in_and_send_them_out() {
    let house = House::new(&[]);
    let (staff, mut told) = house.admit("staff", &[("wait_marked", "yes"), ("end_marked", "yes")]).unwrap();
    let (_guest, mut guest) = house.admit("guest", &[("wait_marked", "yes")]).unwrap();
    let (_any, mut any) = house.admit("any", &[("end_marked_any", "yes")]).unwrap();
    assert!(staff.room.has_to_wait(staff.number));
    let boss = house.admit("boss", &[("marked", "yes")]).unwrap();
    let chief = house.admit("chief", &[("marked", "yes")]).unwrap();
    assert!(!staff.room.has_to_wait(staff.number));
    assert_eq!(told.try_recv(), Ok(Notice::LeaderCame));
    assert!(told.try_recv().is_err(), "a second one changes nothing");
    drop(boss);
    assert!(told.try_recv().is_err());
    assert_eq!(any.try_recv(), Ok(Notice::LeaderLeft { ends: true }));
    drop(chief);
    assert_eq!(told.try_recv(), Ok(Notice::LeaderLeft { ends: true }));
    assert_eq!(guest.try_recv(), Ok(Notice::LeaderCame));
    assert_eq!(guest.try_recv(), Ok(Notice::LeaderLeft { ends: false }));
    let waiting: Vec<bool> = house.room().people.iter().map(|person| person.waiting).collect();
    assert_eq!(waiting, [true, true, false]);
}

#[tokio::test]
async fn those_who_hear_music_are_told_of_company() {
    let house = House::new(&[]);
    let music = [("music_on_hold_when_empty", "yes"), ("music_on_hold_class", "jazz")];
    let (alice, mut told) = house.admit("alice", &music).unwrap();
    assert!(alice.room.is_without_company(alice.number) && told.try_recv().is_err());
    let (bob, mut other) = house.admit("bob", &[]).unwrap();
    assert_eq!((told.try_recv(), alice.room.is_without_company(alice.number)), (Ok(Notice::Company), false));
    drop(bob);
    assert_eq!((told.try_recv(), alice.room.is_without_company(alice.number)), (Ok(Notice::Company), true));
    // One who waits is no company, and has none.
    let (guest, _told) = house.admit("guest", &[("wait_marked", "yes")]).unwrap();
    assert_eq!((told.try_recv(), alice.room.is_without_company(alice.number)), (Ok(Notice::Company), true));
    assert!(guest.room.is_without_company(guest.number));
    let _boss = house.admit("boss", &[("marked", "yes")]).unwrap();
    assert!(!guest.room.is_without_company(guest.number) && !alice.room.is_without_company(alice.number));
    assert!(other.try_recv().is_err());
}

#[tokio::test]
async fn members_are_named_by_their_channels_or_together() {
    let house = House::new(&[]);
    let (_admin, mut admin) = house.admit("admin", &[("admin", "yes")]).unwrap();
    let (_alice, mut alice) = house.admit("alice", &[]).unwrap();
    let (_bob, mut bob) = house.admit("bob", &[]).unwrap();
    let room = house.conferences.room("team").unwrap();
    assert_eq!((room.kick("PJSIP/alice"), room.kick("PJSIP/nobody")), (1, 0));
    assert_eq!(alice.try_recv(), Ok(Notice::Kicked));
    assert!(room.kick_last());
    assert_eq!(bob.try_recv(), Ok(Notice::Kicked));
    assert_eq!(room.mute("participants", true), 2);
    assert_eq!(
        house.room().people.iter().map(|person| person.muted).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!(room.mute("all", false), 3);
    assert!(room.toggle_participants());
    assert_eq!(
        house.room().people.iter().map(|person| person.muted).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!(room.kick("all"), 3);
    assert_eq!(admin.try_recv(), Ok(Notice::Kicked));
}

#[tokio::test]
async fn channels_make_profiles_of_their_own_and_take_them_along() {
    let house = House::new(&[]);
    let (configured, chosen) = (Default::default(), house.conferences.chosen());
    let call = house.call("alice");
    let set = |key: &str, value: &str| chosen.set(&call, &configured, (Kind::User, key), value);
    set("template", "default_user").unwrap();
    set("pin", "42").unwrap();
    set("marked", "yes").unwrap();
    let own = chosen.user(&call).unwrap();
    assert_eq!((own.pin.as_deref(), own.marked), (Some("42"), true));
    assert!(matches!(set("template", "none"), Err(ProfileProblem::BadValue { .. })));
    assert!(matches!(set("colour", "red"), Err(ProfileProblem::UnknownKey(_))));
    assert!(matches!(set("send_events", "yes"), Err(ProfileProblem::Pending { .. })));
    set("clear", "").unwrap();
    assert_eq!(chosen.user(&call), None);
    let (name, other) = (call.name().to_owned(), house.call("bob"));
    drop(call);
    assert!(house.switchboard.find(&name).is_none());
    chosen.set(&other, &configured, (Kind::Bridge, "max_members"), "3").unwrap();
    assert_eq!(chosen.bridge(&other).unwrap().max_members, Some(3));
}
