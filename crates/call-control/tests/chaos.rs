//! Channels that do one thing and another, are sent about, picked up, spied on and hung up, and whose tasks end at any moment:
//! in the end nothing of them is left.

#![expect(clippy::unwrap_used, reason = "a test ends where its call fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use call_control::played::{Part, PlayedCaller, PlayedPhones, call_in};
use call_control::{
    BridgeEnd, Call, CallerId, Conference, ConferenceOptions, DialplanPosition, HangupCause, MemberSettings,
    Move, Sides, Switchboard,
};
use media_bridge::{MediaConfig, MediaEngine};
use tokio::time::{sleep, timeout};

/// Numbers from a seed.
#[derive(Clone)]
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn while_(&mut self, most_ms: u64) -> Duration {
        Duration::from_millis(self.below(most_ms))
    }
}

/// An exchange whose phones do what their names say: `answers-300-5000`, `rings-0-0`, `busy-0-0`.
fn exchange(threads: usize) -> Switchboard {
    let config = MediaConfig { threads: Some(threads), ..MediaConfig::default() };
    let board = Switchboard::builder(MediaEngine::start(config).unwrap()).build();
    let casting = |resource: &str| {
        let mut words = resource.split('-');
        let part = words.next().unwrap_or_default();
        let mut ms = || Duration::from_millis(words.next().and_then(|ms| ms.parse().ok()).unwrap_or(0));
        Ok(match part {
            "answers" => Part::Answers { after: ms(), hangs_up_after: Some(ms()) },
            "rings" => Part::Rings,
            _ => Part::Ends(HangupCause::USER_BUSY),
        })
    };
    PlayedPhones::take_over(&board, "PJSIP", &[], Arc::new(casting));
    board
}

fn caller(board: &Switchboard) -> Call {
    let who = PlayedCaller {
        technology: "PJSIP",
        resource: "caller".to_owned(),
        caller: CallerId::new("", "100"),
        dialed: "200".to_owned(),
        context: "default".to_owned(),
        language: "en".to_owned(),
    };
    call_in(board, who).unwrap()
}

/// Waits, on the clock of the wall, until the media threads have done what they were told.
fn until_media_is_gone(board: &Switchboard) {
    let patience = Instant::now() + Duration::from_secs(20);
    while board.media().open_legs() > 0 || board.media().ports_in_use() > 0 {
        assert!(Instant::now() < patience, "{:?}, {} pairs", board.media(), board.media().ports_in_use());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test(start_paused = true)]
async fn a_party_that_is_handed_on_stays_where_the_other_hangs_up_in_the_same_moment() {
    let board = exchange(1);
    let caller = caller(&board);
    caller.answer().await.unwrap();
    let called = caller.dial("PJSIP/answers-10-600000").await.unwrap();
    let bridge = tokio::spawn({
        let (caller, called) = (caller.clone(), called.clone());
        async move { caller.bridge(&called).await }
    });
    sleep(Duration::from_secs(1)).await;
    called.send_to(Move::Dialplan(DialplanPosition::default()));
    caller.hangup(HangupCause::NORMAL);
    assert_eq!(bridge.await.unwrap().unwrap(), BridgeEnd::PeerMoved);
    called.hangup(HangupCause::NORMAL);
}

/// What the task of a channel does until the channel ends.
async fn live(call: Call, conference: Conference, mut chance: Chance) {
    let mut next = None;
    while !call.state().is_ended() {
        next = tokio::select! {
            biased;
            place = call.moved() => Some(place),
            () = act(&call, next.take(), &conference, &mut chance) => None,
        };
    }
}

async fn act(call: &Call, place: Option<Move>, conference: &Conference, chance: &mut Chance) {
    match place {
        Some(Move::Bridge(peer)) => return converse(call, peer).await,
        Some(Move::Follow) => {
            call.hung_up().await;
            return;
        }
        _ => {}
    }
    let others: Vec<Call> = call.switchboard().calls();
    let other = &others[chance.below(others.len() as u64) as usize];
    match chance.below(9) {
        0..=2 => {
            let mut phone = || match chance.below(4) {
                0 => "PJSIP/rings".to_owned(),
                1 => "PJSIP/busy".to_owned(),
                _ => format!("PJSIP/answers-{}-{}", chance.below(3_000), chance.below(9_000)),
            };
            let destinations = [phone(), phone(), phone()][..1 + chance.below(3) as usize].join("&");
            let ringing = call.dial(&destinations).timeout(chance.while_(6_000));
            if let Ok(called) = ringing.await {
                converse(call, called).await;
            }
        }
        3 => drop(timeout(chance.while_(4_000), call.echo()).await),
        4 => {
            if let Ok(stay) = conference.enter(call, MemberSettings::default()) {
                let _ = call.wait(chance.while_(5_000)).await;
                drop(stay);
            }
        }
        5 => {
            if let Ok(spying) = call.spy_on(other, Sides::Both) {
                let _ = call.wait(chance.while_(3_000)).await;
                drop(spying);
            }
        }
        6 => {
            if call.pick_up(other) {
                call.hung_up().await;
            }
        }
        7 if other.name() != call.name() => {
            let _ = call.answer().await;
            match chance.below(3) {
                0 => other.send_to(Move::Dialplan(DialplanPosition::default())),
                1 if other.is_attended() => {
                    other.send_to(Move::Bridge(call.clone()));
                    call.send_to(Move::Follow);
                }
                _ => {}
            }
        }
        _ => {
            let _ = call.wait(chance.while_(2_000)).await;
        }
    }
    // Whatever comes at once is to leave others a turn.
    let _ = call.wait(Duration::from_millis(1)).await;
}

/// As a `Dial` does: the called party ends with the conversation, unless it is sent elsewhere and has a task.
async fn converse(call: &Call, called: Call) {
    struct Ends(Option<Call>);
    impl Drop for Ends {
        fn drop(&mut self) {
            if let Some(called) = self.0.take() {
                called.hangup(HangupCause::NORMAL);
            }
        }
    }
    let mut ends = Ends(Some(called.clone()));
    if call.answer().await.is_ok()
        && let Ok(BridgeEnd::PeerMoved) = call.bridge(&called).await
        && called.is_attended()
    {
        ends.0 = None;
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_channels_do_nothing_is_left_of_them() {
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let board = exchange(1 + seed as usize % 3);
        let conference = board.open_conference(ConferenceOptions::default());
        let mut tasks = Vec::new();
        for number in 0..8 {
            let call = caller(&board);
            call.set_attended();
            let life = live(call.clone(), conference.clone(), Chance(seed << 8 | number));
            tasks.push((tokio::spawn(life), call));
            sleep(chance.while_(500)).await;
        }
        while let Some((task, call)) = tasks.pop() {
            sleep(chance.while_(6_000)).await;
            match chance.below(3) {
                // Its task is given up in the middle of whatever it does.
                0 => task.abort(),
                1 => call.hangup(HangupCause::NORMAL),
                _ => call.send_to(Move::Dialplan(DialplanPosition::default())),
            }
            if chance.below(2) == 0 {
                call.hangup(HangupCause::NORMAL);
            } else {
                tasks.insert(0, (task, call));
            }
            if tasks.len() > 4 && chance.below(20) == 0 {
                break;
            }
        }
        board.hangup_all(HangupCause::NORMAL);
        drop(tasks);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(board.calls().iter().map(Call::name).collect::<Vec<_>>(), [""; 0], "seed {seed}");
        drop(conference);
        until_media_is_gone(&board);
        board.release_technologies();
    }
}
