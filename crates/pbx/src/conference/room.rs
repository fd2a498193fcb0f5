use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_control::{CallError, Conference, Tap};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::announcer::Announcer;
use super::person::{Newcomer, Notice, Person, PersonSnapshot, turned};
use crate::configuration::BridgeProfile;
use crate::recordings::RoomRecording;

/// A room that somebody is in.
pub struct Room {
    name: String,
    bridge: Arc<BridgeProfile>,
    conference: Conference,
    announcer: Announcer,
    recording: Mutex<Option<RoomRecording>>,
    state: Mutex<State>,
}

/// Who is there, in the order in which they came.
#[derive(Default)]
struct State {
    people: Vec<Person>,
    locked: bool,
    participants_muted: bool,
    next: u64,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the conference is locked")]
    Locked,
    #[error("the conference is full (max_members)")]
    Full,
}

/// A room, to show.
#[derive(Clone, Debug)]
pub struct RoomSnapshot {
    /// Its name.
    pub name: String,
    /// Nobody is let in but admins.
    pub locked: bool,
    /// All who are no admins are muted.
    pub participants_muted: bool,
    /// Who is there.
    pub people: Vec<PersonSnapshot>,
}

/// Somebody of a room, as consoles and applications say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who<'w> {
    All,
    Participants,
    Channel(&'w str),
}

impl<'w> Who<'w> {
    fn named(name: &'w str) -> Self {
        match name {
            "all" => Self::All,
            "participants" => Self::Participants,
            channel => Self::Channel(channel),
        }
    }

    fn is(self, person: &Person) -> bool {
        match self {
            Self::All => true,
            Self::Participants => !person.user().admin,
            // The number behind the endpoint may be left out.
            Self::Channel(name) => {
                let full = person.call.name();
                full == name || full.rsplit_once('-').is_some_and(|(short, _)| short == name)
            }
        }
    }
}

impl State {
    fn leaders(&self) -> usize {
        self.people.iter().filter(|person| person.user().marked).count()
    }

    fn person(&mut self, number: u64) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.number == number)
    }

    /// How many are there who need not wait.
    fn present(&self) -> usize {
        let nobody_leads = self.leaders() == 0;
        self.people.iter().filter(|person| !(nobody_leads && person.needs_leader())).count()
    }

    /// Lets those look around who hear music while nobody else is there.
    fn tell_company(&self) {
        let listeners = self.people.iter().filter(|person| person.user().music_when_empty);
        listeners.for_each(|person| person.tell(Notice::Company));
    }

    /// Brings to the media plane how somebody takes part.
    fn follow(&self, person: &Person) {
        if let Some(stay) = &person.stay {
            stay.change(person.settings(self.participants_muted));
        }
    }
}

impl Room {
    pub(super) fn new(name: &str, bridge: Arc<BridgeProfile>, conference: Conference) -> Self {
        let announcer = Announcer::new(conference.clone(), bridge.language.clone());
        let (recording, state) = Default::default();
        Self { name: name.to_owned(), bridge, conference, announcer, recording, state }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it was opened.
    pub(super) fn bridge(&self) -> &BridgeProfile {
        &self.bridge
    }

    /// All that is said in it, for whoever records it.
    pub(super) fn tap(&self, rate: u32) -> Tap {
        self.conference.tap(rate)
    }

    /// Its recording.
    pub(super) fn recording(&self) -> MutexGuard<'_, Option<RoomRecording>> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The prompt of that key (without `sound_`); empty for none.
    pub(crate) fn sound(&self, key: &str) -> String {
        self.bridge.sound(key).to_owned()
    }

    /// Says prompts to everybody, when what is said now is over.
    pub(crate) fn say(&self, prompts: Vec<String>) {
        self.announcer.say(prompts);
    }

    /// The same, and waits until it was heard.
    pub(crate) async fn say_out(&self, prompts: Vec<String>) {
        self.announcer.say_out(prompts).await;
    }

    /// Takes somebody in, who hears and says nothing yet.
    pub(super) fn admit(&self, newcomer: Newcomer) -> Result<(u64, UnboundedReceiver<Notice>), Refusal> {
        let mut state = self.state();
        let user = &newcomer.profiles.user;
        if state.locked && !user.admin {
            return Err(Refusal::Locked);
        }
        if self.bridge.max_members.is_some_and(|most| state.people.len() >= most) && !user.admin {
            return Err(Refusal::Full);
        }
        let first_leader = user.marked && state.leaders() == 0;
        let (notices, told) = unbounded_channel();
        state.next += 1;
        let number = state.next;
        state.tell_company();
        state.people.push(Person::new(number, newcomer, notices));
        if first_leader {
            let waiting = state.people.iter().filter(|person| person.needs_leader());
            waiting.for_each(|person| person.tell(Notice::LeaderCame));
        }
        Ok((number, told))
    }

    /// Lets somebody hear and be heard.
    pub(crate) fn connect(&self, number: u64) -> Result<(), CallError> {
        let mut state = self.state();
        let participants_muted = state.participants_muted;
        let Some(person) = state.person(number) else { return Err(CallError::HungUp) };
        if person.stay.is_none() {
            let settings = person.settings(participants_muted);
            person.stay = Some(self.conference.enter(&person.call, settings)?);
        }
        Ok(())
    }

    /// Takes somebody's part in what is heard away again.
    pub(crate) fn disconnect(&self, number: u64) {
        let stay = self.state().person(number).and_then(|person| person.stay.take());
        drop(stay);
    }

    /// Whether somebody has to wait for one who leads.
    pub(crate) fn has_to_wait(&self, number: u64) -> bool {
        let mut state = self.state();
        state.leaders() == 0 && state.person(number).is_some_and(|person| person.needs_leader())
    }

    /// Whether nobody is there for somebody to talk with, who perhaps waits.
    pub(crate) fn is_without_company(&self, number: u64) -> bool {
        let mut state = self.state();
        let (present, leaders) = (state.present(), state.leaders());
        let waits = state.person(number).is_some_and(|person| leaders == 0 && person.needs_leader());
        waits || present <= 1
    }

    /// Waits until all was heard that is being said to everybody.
    pub(crate) async fn has_said_all(&self) {
        self.announcer.say_out(Vec::new()).await;
    }

    /// Somebody leaves. Those who depend on it are told.
    pub(super) fn leave(&self, number: u64) {
        let mut state = self.state();
        let Some(at) = state.people.iter().position(|person| person.number == number) else { return };
        let left = state.people.remove(at);
        if left.user().marked {
            let last = state.leaders() == 0;
            for person in &state.people {
                let ends = person.user().end_marked_any || (last && person.user().end_marked);
                if ends || (last && person.needs_leader()) {
                    person.tell(Notice::LeaderLeft { ends });
                }
            }
        }
        state.tell_company();
        let someone = !state.people.is_empty();
        drop(state);
        if someone && !left.user().quiet {
            let mut prompts = vec![self.sound("leave")];
            if let Some(name) = &left.name {
                prompts.extend([name.prompt().to_owned(), self.sound("has_left")]);
            }
            self.announcer.say_of(left.name, prompts);
        }
    }

    /// What tells of somebody who comes: that it does, and its name where it has said that and somebody is there to hear it.
    pub(crate) fn join_prompts(&self, number: u64) -> Vec<String> {
        let mut prompts = vec![self.sound("join")];
        let mut state = self.state();
        let is_alone = state.present() <= 1;
        let name = state.person(number).and_then(|person| person.name.clone()).filter(|_| !is_alone);
        if let Some(name) = name {
            prompts.extend([name.prompt().to_owned(), self.sound("has_joined")]);
        }
        prompts
    }

    /// Whether nobody is there.
    pub(super) fn is_empty(&self) -> bool {
        self.state().people.is_empty()
    }

    /// How many are there.
    pub(crate) fn count(&self) -> usize {
        self.state().people.len()
    }

    /// Sends out those who are meant by `who`: a channel, `all`, or `participants`. Returns how many they are.
    pub fn kick(&self, who: &str) -> usize {
        let (state, who) = (self.state(), Who::named(who));
        let meant = state.people.iter().filter(|person| who.is(person));
        meant.inspect(|person| person.tell(Notice::Kicked)).count()
    }

    /// Sends out the one who came last and is no admin.
    pub(crate) fn kick_last(&self) -> bool {
        let state = self.state();
        let last = state.people.iter().rev().find(|person| !person.user().admin);
        last.inspect(|person| person.tell(Notice::Kicked)).is_some()
    }

    /// Mutes those who are meant by `who`, or lets them speak again. Returns how many they are.
    pub fn mute(&self, who: &str, muted: bool) -> usize {
        let who = Who::named(who);
        let mut state = self.state();
        let mut meant = 0;
        for at in 0..state.people.len() {
            if who.is(&state.people[at]) {
                state.people[at].muted = muted;
                state.follow(&state.people[at]);
                meant += 1;
            }
        }
        meant
    }

    /// Mutes one, or lets it speak again; says which.
    pub(crate) fn toggle_mute(&self, number: u64) -> bool {
        self.alter(number, |person| {
            person.muted = !person.muted;
            person.muted
        })
    }

    /// Mutes all who are no admins, or lets them speak again; says which.
    pub(crate) fn toggle_participants(&self) -> bool {
        let mut state = self.state();
        state.participants_muted = !state.participants_muted;
        state.people.iter().for_each(|person| state.follow(person));
        state.participants_muted
    }

    /// Others are louder for one by so many steps; `None`: as they are.
    pub(crate) fn turn_listening(&self, number: u64, steps: Option<i8>) {
        self.alter(number, |person| person.listening = turned(person.listening, steps));
    }

    /// One is louder for others by so many steps; `None`: as it is.
    pub(crate) fn turn_talking(&self, number: u64, steps: Option<i8>) {
        self.alter(number, |person| person.talking = turned(person.talking, steps));
    }

    /// Lets nobody in any more but admins, or lets them in again.
    pub fn lock(&self, locked: bool) {
        self.state().locked = locked;
    }

    /// The same as it is not now; says which.
    pub(crate) fn toggle_lock(&self) -> bool {
        let mut state = self.state();
        state.locked = !state.locked;
        state.locked
    }

    /// The room at this moment.
    pub fn snapshot(&self) -> RoomSnapshot {
        let state = self.state();
        let nobody_leads = state.leaders() == 0;
        let person = |person: &Person| {
            person.snapshot(state.participants_muted, nobody_leads && person.needs_leader())
        };
        RoomSnapshot {
            name: self.name.clone(),
            locked: state.locked,
            participants_muted: state.participants_muted,
            people: state.people.iter().map(person).collect(),
        }
    }

    fn alter<T: Default>(&self, number: u64, change: impl FnOnce(&mut Person) -> T) -> T {
        let mut state = self.state();
        let Some(at) = state.people.iter().position(|person| person.number == number) else {
            return T::default();
        };
        let changed = change(&mut state.people[at]);
        state.follow(&state.people[at]);
        changed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
