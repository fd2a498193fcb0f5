//! Calls as a console shows them.

use std::sync::Arc;

use call_control::{
    CallSnapshot, ContactChange, DialCounts, DialStatus, DialplanPosition, Event, HangupCause, Observer,
    Switchboard,
};
use media_bridge::{MediaConfig, MediaEngine};

use super::Narration;
use crate::testing;

/// A channel by name, at a priority of `100@internal`.
fn at(name: &str, priority: u32) -> CallSnapshot {
    let switchboard = Switchboard::builder(MediaEngine::start(MediaConfig::default()).unwrap()).build();
    let position = DialplanPosition { context: "internal".into(), extension: "100".into(), priority };
    CallSnapshot { name: name.into(), position, ..testing::channel(&switchboard).snapshot() }
}

/// What a console at that level shows of these events.
fn shown(level: u8, events: &[Event]) -> Vec<String> {
    let narration = Narration::new();
    let _everything = narration.verbosity(9);
    let mut lines = narration.listen();
    events.iter().for_each(|event| narration.notice(event));
    std::iter::from_fn(|| lines.try_recv().ok())
        .zip(events.iter().filter(|event| super::wording::line(event).is_some()))
        .inspect(|(line, event)| assert!(super::wording::level(event) <= line.level, "{line:?}"))
        .map(|(line, _)| line)
        .filter(|line| line.level <= level)
        .map(|line| line.for_console())
        .collect()
}

fn alice(priority: u32) -> CallSnapshot {
    at("PJSIP/alice-00000000", priority)
}

fn bob() -> CallSnapshot {
    at("PJSIP/bob-00000001", 1)
}

fn started(priority: u32, application: &str, arguments: &str) -> Event {
    let (application, arguments) = (application.to_owned(), arguments.to_owned());
    Event::ApplicationStarted { channel: alice(priority), application, arguments }
}

fn ended(status: DialStatus, counts: DialCounts) -> Event {
    Event::DialEnded { channel: alice(1), status, counts, elapsed_ms: 20_012 }
}

#[test]
fn a_call_that_is_answered() {
    let branch = || "PJSIP/bob-00000001".to_owned();
    let bridge: Arc<str> = "5e0f".into();
    let events = [
        Event::ChannelCreated { channel: alice(1) },
        started(1, "Dial", "PJSIP/bob,20"),
        Event::DialBegan { channel: alice(1), destination: "PJSIP/bob".to_owned() },
        Event::DialRinging { channel: alice(1), branch: branch() },
        Event::DialProgress { channel: alice(1), branch: branch() },
        Event::DialAnswered { channel: alice(1), branch: branch() },
        Event::BridgeEntered { channel: bob(), bridge: bridge.clone() },
        Event::BridgeEntered { channel: alice(1), bridge: bridge.clone() },
        Event::Digit { channel: alice(1), digit: '5', duration_ms: 120 },
        Event::BridgeLeft { channel: bob(), bridge: bridge.clone() },
        Event::BridgeLeft { channel: alice(1), bridge },
        Event::ChannelEnded { channel: bob(), cause: HangupCause::NORMAL },
        Event::Verbose {
            channel: Some(alice(1)),
            level: 2,
            text: "Spawn extension (internal, 100, 1) exited non-zero on 'PJSIP/alice-00000000'".to_owned(),
        },
    ];
    assert_eq!(
        shown(3, &events),
        [
            r#"    -- Executing [100@internal:1] Dial("PJSIP/alice-00000000", "PJSIP/bob,20") in new stack"#,
            "    -- Called PJSIP/bob",
            "    -- PJSIP/bob-00000001 is ringing",
            "    -- PJSIP/bob-00000001 is making progress passing it to PJSIP/alice-00000000",
            "    -- PJSIP/bob-00000001 answered PJSIP/alice-00000000",
            "    -- Channel PJSIP/bob-00000001 joined 'simple_bridge' basic-bridge <5e0f>",
            "    -- Channel PJSIP/alice-00000000 joined 'simple_bridge' basic-bridge <5e0f>",
            "    -- Channel PJSIP/bob-00000001 left 'simple_bridge' basic-bridge <5e0f>",
            "    -- Channel PJSIP/alice-00000000 left 'simple_bridge' basic-bridge <5e0f>",
            "  == Spawn extension (internal, 100, 1) exited non-zero on 'PJSIP/alice-00000000'",
        ]
    );
    assert_eq!(shown(2, &events).len(), 1, "steps of a call are of level 3");
    assert!(shown(1, &events).is_empty());
}

#[test]
fn calls_that_are_not_answered() {
    let failed =
        |cause| Event::DialFailed { channel: alice(1), branch: "PJSIP/bob-00000001".to_owned(), cause };
    let counts = |tried, busy, congested, unavailable| DialCounts { tried, busy, congested, unavailable };
    for (event, line) in [
        (failed(HangupCause::USER_BUSY), "    -- PJSIP/bob-00000001 is busy"),
        (failed(HangupCause::CONGESTION), "    -- PJSIP/bob-00000001 is circuit-busy"),
        (
            ended(DialStatus::Busy, counts(1, 1, 0, 0)),
            "  == Everyone is busy/congested at this time (1:1/0/0)",
        ),
        (
            ended(DialStatus::ChanUnavail, counts(1, 0, 0, 1)),
            "  == Everyone is busy/congested at this time (1:0/0/1)",
        ),
        (
            ended(DialStatus::Busy, counts(2, 1, 0, 0)),
            "    -- No one is available to answer at this time (2:1/0/0)",
        ),
        (ended(DialStatus::NoAnswer, counts(1, 0, 0, 0)), "    -- Nobody picked up in 20012 ms"),
        (
            ended(DialStatus::InvalidArgs, counts(0, 0, 0, 0)),
            "    -- No devices or endpoints to dial (technology/resource)",
        ),
    ] {
        assert_eq!(shown(3, &[event]), [line]);
    }
    assert!(shown(9, &[ended(DialStatus::Cancel, DialCounts::default())]).is_empty());
}

#[test]
fn prompts_phones_and_warnings() {
    let contact =
        |change| Event::Contact { aor: "100".to_owned(), uri: "sip:100@192.0.2.9".to_owned(), change };
    let events = [
        Event::PlaybackStarted { channel: alice(2), file: "hello-world.wav".to_owned() },
        contact(ContactChange::Removed { reason: "expiration" }),
        contact(ContactChange::Refreshed { expires: 60 }),
        Event::Warning { channel: Some(alice(2)), text: "look\u{7}here".to_owned() },
        Event::Verbose { channel: None, level: 4, text: "detail".to_owned() },
    ];
    assert_eq!(
        shown(4, &events),
        [
            "    -- <PJSIP/alice-00000000> Playing 'hello-world.wav' (language 'en')",
            "    -- Removed contact 'sip:100@192.0.2.9' from AOR '100' due to expiration",
            r"WARNING: look\u{7}here",
            "       > detail",
        ]
    );
}

#[test]
fn every_part_that_the_network_names_is_made_visible() {
    let evil = "a\u{1b}]0;owned\u{7}\r\nb\u{9b}2J";
    let mut channel = alice(1);
    channel.name = evil.into();
    channel.language = evil.into();
    channel.position.extension = evil.into();
    let evil = || evil.to_owned();
    let channel = || channel.clone();
    let events = [
        Event::ApplicationStarted { channel: channel(), application: evil(), arguments: evil() },
        Event::DialBegan { channel: channel(), destination: evil() },
        Event::DialRinging { channel: channel(), branch: evil() },
        Event::DialProgress { channel: channel(), branch: evil() },
        Event::DialAnswered { channel: channel(), branch: evil() },
        Event::DialForwarded { channel: channel(), branch: evil(), destination: evil() },
        Event::DialFailed { channel: channel(), branch: evil(), cause: HangupCause::USER_BUSY },
        Event::BridgeEntered { channel: channel(), bridge: evil().into() },
        Event::BridgeLeft { channel: channel(), bridge: evil().into() },
        Event::PlaybackStarted { channel: channel(), file: evil() },
        Event::Verbose { channel: Some(channel()), level: 1, text: evil() },
        Event::Warning { channel: Some(channel()), text: evil() },
        Event::Contact { aor: evil(), uri: evil(), change: ContactChange::Added { expires: 1 } },
        Event::AuthenticationFailed {
            source: ([192, 0, 2, 9], 5060).into(),
            method: evil(),
            claimed: evil(),
            call_id: evil(),
        },
    ];
    let lines = shown(9, &events);
    assert_eq!(lines.len(), events.len());
    for line in lines {
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn what_nobody_wants_to_hear_is_not_said() {
    let narration = Narration::new();
    let mut lines = narration.listen();
    let verbosity = narration.verbosity(2);
    narration.notice(&started(1, "NoOp", ""));
    assert!(lines.try_recv().is_err());
    assert_eq!(verbosity.set(3), 2);
    narration.notice(&started(1, "NoOp", ""));
    assert_eq!(lines.try_recv().unwrap().level, 3);
    drop(verbosity);
    narration.notice(&Event::Warning { channel: None, text: "words".to_owned() });
    assert!(lines.try_recv().is_err());
}
