//! Calls that nobody hands on.

use super::*;

#[test]
fn an_answered_call_is_one_record() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(8).talk("alice-1", "bob-1", "b");
    story
        .at(20)
        .ends("alice-1")
        .leave("bob-1", "b")
        .leave("alice-1", "b")
        .drops("bob-1", HangupCause::NORMAL);
    story.released("alice-1");
    assert_eq!(story.records(), ["100 200 alice-1>bob-1 Dial 0/8/20 ANSWERED"]);
}

#[test]
fn who_hangs_up_first_does_not_matter() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(8).talk("alice-1", "bob-1", "b");
    story.at(20).drops("bob-1", HangupCause::NORMAL).leave("bob-1", "b").leave("alice-1", "b");
    story.at(21).hangs_up("alice-1");
    assert_eq!(story.records(), ["100 200 alice-1>bob-1 Dial 0/8/20 ANSWERED"]);
}

#[test]
fn a_call_that_nobody_answers_tells_why() {
    for (cause, words) in [
        (HangupCause::USER_BUSY, "BUSY"),
        (HangupCause::CONGESTION, "FAILED"),
        (HangupCause::ABSENT, "FAILED"),
        (HangupCause::NO_ANSWER, "NO ANSWER"),
        (HangupCause::REJECTED, "NO ANSWER"),
    ] {
        let mut story = Story::new();
        story.at(0).calls("alice-1", "200", &["bob-1"]);
        story.at(5).fails("alice-1", "bob-1", cause).hangs_up("alice-1");
        assert_eq!(story.records(), [format!("100 200 alice-1>bob-1 Dial 0/-/5 {words}")]);
    }
}

#[test]
fn congestion_and_a_caller_who_gives_up_are_told_apart_where_that_is_wanted() {
    let rules = RecordRules { congestion: true, cancel: true, ..RecordRules::default() };
    let mut story = Story::with(rules);
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(5).fails("alice-1", "bob-1", HangupCause::CONGESTION).hangs_up("alice-1");
    story.at(10).calls("dora-1", "200", &["bob-2"]);
    story.at(15).ends("dora-1").drops("bob-2", HangupCause::NORMAL).released("dora-1");
    let expected =
        ["100 200 alice-1>bob-1 Dial 0/-/5 CONGESTION", "400 200 dora-1>bob-2 Dial 10/-/15 CANCEL"];
    assert_eq!(story.records(), expected);
}

#[test]
fn a_dial_that_times_out_ends_its_record_and_the_next_application_begins_another() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1"]);
    story.at(30).dial_ends("alice-1", DialStatus::NoAnswer).drops("bob-1", HangupCause::NORMAL);
    story.is_answered("alice-1").runs("alice-1", "200", "VoiceMail");
    story.at(50).hangs_up("alice-1");
    let expected =
        ["100 200 alice-1>bob-1 Dial 0/-/30 NO ANSWER", "100 200 alice-1> VoiceMail 30/30/50 ANSWERED"];
    assert_eq!(story.records(), expected);
}

#[test]
fn every_destination_of_a_dial_has_a_record() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &["bob-1", "bob-2", "charlie-1"]);
    story.at(3).fails("alice-1", "charlie-1", HangupCause::USER_BUSY);
    story.at(10).talk("alice-1", "bob-2", "b").drops("bob-1", HangupCause::ANSWERED_ELSEWHERE);
    story.at(70).ends("alice-1").leave("bob-2", "b").leave("alice-1", "b").released("alice-1");
    let expected = [
        "100 200 alice-1>bob-1 Dial 0/-/10 NO ANSWER",
        "100 200 alice-1>bob-2 Dial 0/10/70 ANSWERED",
        "100 200 alice-1>charlie-1 Dial 0/-/3 BUSY",
    ];
    assert_eq!(story.records(), expected);
}

#[test]
fn a_call_that_called_nobody_counts_when_it_was_answered_or_when_all_are_wanted() {
    let quiet = |rules: RecordRules| {
        let mut story = Story::with(rules);
        story.at(0).comes("alice-1", "500").runs("alice-1", "500", "NoOp");
        story.at(2).hangs_up("alice-1");
        story.records()
    };
    assert!(quiet(RecordRules::default()).is_empty());
    let all = RecordRules { unanswered: true, ..RecordRules::default() };
    assert_eq!(quiet(all), ["100 500 alice-1> NoOp 0/-/2 NO ANSWER"]);
    let mut story = Story::new();
    story.at(0).comes("alice-1", "8500").runs("alice-1", "8500", "Answer");
    story.at(2).is_answered("alice-1").runs("alice-1", "8500", "Playback").runs("alice-1", "8500", "Hangup");
    story.at(60).hangs_up("alice-1");
    assert_eq!(story.records(), ["100 8500 alice-1> Hangup 0/2/60 ANSWERED"]);
}

#[test]
fn an_originated_call_belongs_to_the_phone_that_was_called() {
    let mut story = Story::new();
    story.at(0).comes("bob-1", "s");
    story.at(4).is_answered("bob-1").dials("bob-1", "300", &["charlie-1"]);
    story.at(6).talk("bob-1", "charlie-1", "b");
    story.at(9).ends("bob-1").leave("charlie-1", "b").leave("bob-1", "b").released("bob-1");
    assert_eq!(story.records(), ["200 300 bob-1>charlie-1 Dial 0/4/9 ANSWERED"]);
}

#[test]
fn what_runs_in_h_is_no_part_of_a_record_unless_it_is_to_be() {
    let tell = |rules: RecordRules| {
        let mut story = Story::with(rules);
        story.at(0).calls("alice-1", "200", &["bob-1"]);
        story.at(8).talk("alice-1", "bob-1", "b");
        story
            .at(20)
            .ends("alice-1")
            .leave("bob-1", "b")
            .leave("alice-1", "b")
            .drops("bob-1", HangupCause::NORMAL);
        story.runs("alice-1", "h", "NoOp");
        let seen = story.ledger.read("alice-1").unwrap();
        story.at(25).released("alice-1");
        (seen.billed_seconds(UNIX_EPOCH + Duration::from_secs(23)), story.records())
    };
    let call = "100 200 alice-1>bob-1 Dial 0/8/20 ANSWERED".to_owned();
    assert_eq!(tell(RecordRules::default()), (12, vec![call.clone()]));
    let open = RecordRules { end_before_h: false, ..RecordRules::default() };
    assert_eq!(tell(open), (3, vec![call, "100 h alice-1> NoOp 20/20/25 ANSWERED".to_owned()]));
}

#[test]
fn a_conference_is_a_record_for_each_two() {
    let mut story = Story::new();
    for (second, name) in [(0, "alice-1"), (10, "bob-1"), (20, "charlie-1")] {
        story
            .at(second)
            .comes(name, "8000")
            .is_answered(name)
            .runs(name, "8000", "ConfBridge")
            .enter(name, "room");
    }
    for (second, name) in [(30, "alice-1"), (40, "bob-1"), (50, "charlie-1")] {
        story.at(second).ends(name).leave(name, "room").released(name);
    }
    let expected = [
        "100 8000 alice-1>bob-1 ConfBridge 0/0/30 ANSWERED",
        "100 8000 alice-1>charlie-1 ConfBridge 20/20/30 ANSWERED",
        "200 8000 bob-1>charlie-1 ConfBridge 10/10/40 ANSWERED",
        "300 8000 charlie-1> ConfBridge 20/20/20 ANSWERED",
    ];
    assert_eq!(story.records(), expected);
}

#[test]
fn a_large_conference_has_no_more_records_than_people_once_it_is_large() {
    let mut story = Story::new();
    let names: Vec<String> = (0..100).map(|n| format!("p{n}-1")).collect();
    for name in &names {
        story.at(0).comes(name, "8000").is_answered(name).enter(name, "room");
    }
    story.ledger.close(UNIX_EPOCH);
    // Pairs of the first 32, whose last one waits alone, and one for each of the others.
    let records = story.records().len();
    assert!(records < 32 * 33 / 2 + 70, "{records}");
}

#[test]
fn a_call_into_the_dialplan_is_two_records_and_at_the_callers_expense() {
    let mut story = Story::new();
    story.at(0).calls("alice-1", "200", &[]);
    story.ledger.set_account_code("alice-1", "sales");
    for end in ["Local/9@in-1;1", "Local/9@in-1;2"] {
        story.comes(end, "9");
        story.ledger.set_account_code(end, "");
    }
    story.ledger.dialled(UNIX_EPOCH, "alice-1", "Local/9@in-1;1");
    assert_eq!(story.ledger.account("Local/9@in-1;2").code, "sales");
    story.dials("Local/9@in-1;2", "9", &["bob-1"]);
    story.at(5).talk("Local/9@in-1;2", "bob-1", "b").talk("alice-1", "Local/9@in-1;1", "a");
    story.at(9).drops("bob-1", HangupCause::NORMAL).leave("bob-1", "b").leave("Local/9@in-1;2", "b");
    story.hangs_up("Local/9@in-1;2").drops("Local/9@in-1;1", HangupCause::NORMAL).leave("alice-1", "a");
    story.hangs_up("alice-1");
    let records = story.records();
    assert_eq!(records[0], "Local/9@in 9 Local/9@in-1;2>bob-1 Dial 0/5/9 ANSWERED");
    assert_eq!(records[1], "100 200 alice-1>Local/9@in-1;1 Dial 0/5/9 ANSWERED");
    assert_eq!(records.len(), 2);
}

#[test]
fn nothing_is_made_of_what_is_to_be_ignored() {
    let tell = |rules: RecordRules| {
        let mut story = Story::with(rules);
        story.at(0).calls("alice-1", "200", &["bob-1"]);
        story.at(8).talk("alice-1", "bob-1", "b");
        story.at(20).ends("alice-1").leave("bob-1", "b").leave("alice-1", "b").released("alice-1");
        story.records()
    };
    assert!(tell(RecordRules { enabled: false, ..RecordRules::default() }).is_empty());
    assert!(tell(RecordRules { on_by_default: false, ..RecordRules::default() }).is_empty());
    let deaf = RecordRules { ignore_bridges: true, ignore_dials: true, ..RecordRules::default() };
    assert_eq!(tell(deaf), ["100 200 alice-1> Dial 0/8/20 ANSWERED"]);
}
