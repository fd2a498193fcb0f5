//! What dialplans change.

use super::super::Fork;
use super::*;

/// Alice listens to something, answered at 2.
fn listening() -> Story {
    let mut story = Story::new();
    story.at(0).comes("alice-1", "500").runs("alice-1", "500", "Playback");
    story.at(2).is_answered("alice-1");
    story
}

#[test]
fn a_record_is_left_out_until_it_begins_anew() {
    let mut story = listening();
    assert!(story.ledger.set_disabled("alice-1", true));
    story.at(10).hangs_up("alice-1");
    assert!(story.records().is_empty());
    let mut story = listening();
    story.ledger.set_disabled("alice-1", true);
    story.ledger.set_variable("alice-1", "note", "1");
    story.at(5);
    assert!(story.ledger.reset(story.now, "alice-1", true));
    assert_eq!(story.ledger.read("alice-1").unwrap().variable("note"), Some("1"));
    story.at(10).hangs_up("alice-1");
    assert_eq!(story.records(), ["100 500 alice-1> Playback 5/5/10 ANSWERED"]);
    assert!(!story.ledger.reset(UNIX_EPOCH, "alice-1", false), "it is gone");
}

#[test]
fn what_is_left_out_stays_so_when_the_call_goes_on() {
    let mut story = Story::new();
    story.at(0).comes("alice-1", "200");
    story.ledger.set_disabled("alice-1", true);
    story.dials("alice-1", "200", &["bob-1", "bob-2"]);
    story.at(5).talk("alice-1", "bob-1", "b").drops("bob-2", HangupCause::ANSWERED_ELSEWHERE);
    story.at(9).leave("bob-1", "b").leave("alice-1", "b").runs("alice-1", "200", "Playback");
    story.at(12).hangs_up("alice-1");
    assert!(story.records().is_empty());
}

#[test]
fn a_fork_is_another_record_of_the_same_call() {
    let forked = |fork: Fork| {
        let mut story = listening();
        story.ledger.set_variable("alice-1", "note", "1");
        story.at(5);
        assert!(story.ledger.fork(story.now, "alice-1", fork));
        let noted = story.ledger.read("alice-1").unwrap().variable("note").map(str::to_owned);
        story.at(10).hangs_up("alice-1");
        (story.records(), noted)
    };
    let whole = "100 500 alice-1> Playback 0/2/10 ANSWERED".to_owned();
    let (records, noted) = forked(Fork::default());
    assert_eq!((records, noted.as_deref()), (vec![whole.clone(), whole.clone()], Some("1")));
    let (records, noted) =
        forked(Fork { close: true, restart: true, without_notes: true, ..Fork::default() });
    let both = ["100 500 alice-1> Playback 0/2/5 ANSWERED", "100 500 alice-1> Playback 5/5/10 ANSWERED"];
    assert_eq!((records, noted), (both.map(str::to_owned).to_vec(), None));
    let (records, _) = forked(Fork { answered_now: true, ..Fork::default() });
    assert_eq!(records, [whole, "100 500 alice-1> Playback 0/5/10 ANSWERED".to_owned()]);
}

#[test]
fn both_parties_may_say_something() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.ledger.set_user_field("alice-1", "ours");
    story.ledger.set_user_field("bob-1", "theirs");
    story.ledger.set_account_code("bob-1", "service");
    story.ledger.set_account_code("alice-1", "sales");
    story.at(8).talk("alice-1", "bob-1", "b");
    let record = story.ledger.read("alice-1").unwrap();
    assert_eq!((record.user_field.as_str(), record.peer_account.as_str()), ("ours;theirs", "service"));
    // After the conversation, where Dial goes on, the last record may still be told something.
    story.at(9).leave("bob-1", "b").leave("alice-1", "b").drops("bob-1", HangupCause::NORMAL);
    story.ledger.set_variable("alice-1", "note", "late");
    story.at(10).hangs_up("alice-1");
    let finished = story.ledger.take_finished();
    assert_eq!((finished[0].variable("NOTE"), finished[0].account_code.as_str()), (Some("late"), "sales"));
}

#[test]
fn who_wants_to_be_party_a_is() {
    let mut story = Story::new();
    for name in ["alice-1", "bob-1"] {
        story.at(0).comes(name, "8000").is_answered(name);
    }
    story.ledger.prefer_party_a("bob-1", true);
    story.enter("alice-1", "room").enter("bob-1", "room");
    assert_eq!(story.ledger.read("bob-1").unwrap().peer_channel, "alice-1");
    assert_eq!(story.ledger.records_of("alice-1").len(), 1);
    assert_eq!(story.ledger.last_records().len(), 2);
}
