//! Calls that are forwarded, picked up and transferred.

use super::*;

#[test]
fn a_forwarded_call_is_a_record_for_the_phone_that_forwards_and_one_for_where_it_goes() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(2).drops("bob-1", HangupCause::REDIRECTED).comes("charlie-1", "s");
    story.ledger.dialled(UNIX_EPOCH + Duration::from_secs(2), "alice-1", "charlie-1");
    story.at(6).talk("alice-1", "charlie-1", "b");
    story.at(9).ends("alice-1").leave("charlie-1", "b").leave("alice-1", "b").released("alice-1");
    let expected =
        ["100 200 alice-1>bob-1 Dial 0/-/2 NO ANSWER", "100 200 alice-1>charlie-1 Dial 2/6/9 ANSWERED"];
    assert_eq!(story.records(), expected);
}

#[test]
fn a_call_that_is_picked_up_was_one_to_whoever_took_it() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(3).comes("dora-1", "*8").is_answered("dora-1");
    story.ledger.picked_up("alice-1", "bob-1", "dora-1");
    story.drops("bob-1", HangupCause::ANSWERED_ELSEWHERE).talk("alice-1", "dora-1", "b");
    story
        .at(9)
        .ends("alice-1")
        .leave("dora-1", "b")
        .leave("alice-1", "b")
        .released("alice-1")
        .hangs_up("dora-1");
    let expected = [
        "100 200 alice-1>dora-1 Dial 0/3/9 ANSWERED",
        // What the taker did alone: it dialled the number that takes calls.
        "400 *8 dora-1>  3/3/3 ANSWERED",
    ];
    assert_eq!(story.records(), expected);
}

#[test]
fn a_blind_transfer_of_the_caller_begins_a_record_for_the_new_call() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(10).talk("alice-1", "bob-1", "b");
    story.at(30).leave("bob-1", "b").leave("alice-1", "b").drops("bob-1", HangupCause::NORMAL);
    story.dials("alice-1", "300", &["charlie-1"]);
    story.at(35).talk("alice-1", "charlie-1", "c");
    story.at(95).ends("alice-1").leave("charlie-1", "c").leave("alice-1", "c").released("alice-1");
    let expected =
        ["100 200 alice-1>bob-1 Dial 0/10/30 ANSWERED", "100 300 alice-1>charlie-1 Dial 30/30/95 ANSWERED"];
    assert_eq!(story.records(), expected);
}

#[test]
fn a_blind_transfer_of_the_called_party_makes_it_a_caller() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(10).talk("alice-1", "bob-1", "b");
    story.at(30).leave("bob-1", "b").leave("alice-1", "b").hangs_up("alice-1");
    story.dials("bob-1", "300", &["charlie-1"]);
    story.at(35).talk("bob-1", "charlie-1", "c");
    story.at(95).ends("bob-1").leave("charlie-1", "c").leave("bob-1", "c").released("bob-1");
    let expected =
        ["100 200 alice-1>bob-1 Dial 0/10/30 ANSWERED", "200 300 bob-1>charlie-1 Dial 30/30/95 ANSWERED"];
    assert_eq!(story.records(), expected);
}

#[test]
fn an_attended_transfer_is_three_records() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(10).talk("alice-1", "bob-1", "b");
    story.at(30).calls("bob-2", "300", &["charlie-1"]);
    story.at(40).talk("bob-2", "charlie-1", "c");
    story.at(50).leave("charlie-1", "c").leave("bob-2", "c").leave("bob-1", "b").leave("alice-1", "b");
    story.enter("charlie-1", "d").enter("alice-1", "d");
    story.drops("bob-1", HangupCause::NORMAL).hangs_up("bob-2");
    assert_eq!(story.records(), ["200 300 bob-2>charlie-1 Dial 30/40/50 ANSWERED"]);
    story.at(60).ends("alice-1").leave("charlie-1", "d").leave("alice-1", "d").released("alice-1");
    let expected =
        ["100 200 alice-1>bob-1 Dial 0/10/50 ANSWERED", "100 200 alice-1>charlie-1 Dial 50/50/60 ANSWERED"];
    assert_eq!(story.records(), expected);
}
