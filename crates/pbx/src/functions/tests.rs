//! The table as a whole.

use std::time::Duration;

use dialplan_vm::Host;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

#[test]
fn every_function_is_found_by_its_name_and_shows_how_it_is_written() {
    for pair in table().windows(2) {
        assert!(pair[0].name < pair[1].name, "{} stands twice", pair[0].name);
    }
    for function in table() {
        assert_eq!(find(function.name).map(|found| found.name), Some(function.name));
        let arguments = function.syntax.strip_prefix(function.name);
        assert!(
            arguments.is_some_and(|rest| rest.starts_with('(') && rest.ends_with(')')),
            "{}",
            function.syntax
        );
        assert!(function.synopsis.ends_with('.'), "{}", function.name);
    }
    assert!(find("callerid").is_none() && find("").is_none() && find("ZZZ").is_none());
}

#[tokio::test]
async fn functions_stand_inside_each_other_and_unknown_ones_are_empty() {
    let mut bench = testing::Bench::new().await;
    bench.set("CALLERID(num)", "5551212").await;
    bench
        .expect(&[
            ("${LEN(${CALLERID(num)})} ${EXTEN}@${CONTEXT} ${GLOBAL(PLACE)}", "7 100@phones Paris"),
            ("${IF($[${LEN(abc)} > 2]?long:short)}", "long"),
            ("a${NOTHING_OF_THE_KIND(1)}b", "ab"),
        ])
        .await;
    assert_eq!(bench.warnings(), ["function NOTHING_OF_THE_KIND is not known"]);
    bench.set("LEN(abc)", "3").await;
    assert_eq!(bench.warnings(), ["Set(LEN(abc)=…): LEN cannot be set"]);
}

#[test]
fn what_reaches_beyond_the_exchange_is_for_the_dialplan_alone() {
    let row = |danger| Function::new("X", "X()", "X.", reads_later).dangerous(danger);
    for (danger, writing, live_dangerously, may) in [
        (Danger::None, true, false, true),
        (Danger::Writing, false, false, true),
        (Danger::Writing, true, false, false),
        (Danger::Writing, true, true, true),
        (Danger::Both, false, false, false),
        (Danger::Both, false, true, true),
    ] {
        assert_eq!(row(danger).let_outside(writing, live_dangerously).is_ok(), may, "{danger:?} {writing}");
    }
}

/// What texts of dialplans are made of, and what breaks them.
fn arguments() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("EXTEN".to_owned()),
        Just("LONG".to_owned()),
        Just("CALLERID(num)".to_owned()),
        Just("all".to_owned()),
        Just("read".to_owned()),
        Just("sip:a@b".to_owned()),
        Just("%".to_owned()),
        Just("\\x".to_owned()),
        "[-,.:;/@&?=%\\\\\"'()\\[\\]{}$*+^~ #]",
        "-?[0-9]{1,20}",
        "[a-zA-Z]{1,6}",
        "\\PC",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Whatever it is given, a function answers or says what is wrong, soon, and in bounds.
#[test]
fn no_arguments_break_a_function() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = runtime.block_on(testing::Bench::new());
    let _inside = runtime.enter();
    bench.channel.set("LONG", "a,b".repeat(20_000));
    let harmless: Vec<&str> = table()
        .iter()
        .filter(|function| function.danger == Danger::None)
        .map(|function| function.name)
        .collect();
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let bench = std::cell::RefCell::new(bench);
    let outcome = runner.run(&(arguments(), arguments()), |(arguments, value)| {
        let mut bench = bench.borrow_mut();
        for name in &harmless {
            let began = std::time::Instant::now();
            if let FunctionReply::Value(text) = bench.channel.host().read_function(name, &arguments) {
                prop_assert!(text.len() <= 1 << 20, "{name}({arguments}) has {} octets", text.len());
            }
            bench.channel.host().write_function(name, &arguments, &value);
            prop_assert!(began.elapsed() < Duration::from_secs(5), "{name}({arguments}) takes its time");
        }
        bench.channel.set("LONG", "a,b".repeat(20_000));
        Ok(())
    });
    outcome.unwrap();
}
