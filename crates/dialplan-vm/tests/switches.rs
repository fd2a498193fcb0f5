//! Extensions that live behind switches.

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use dialplan_vm::{
    Compiled, Dialplan, FunctionReply, Host, Location, Machine, Matching, Outcome, Query, SimpleHost, Step,
    SwitchVerdict, Variables, compile,
};
use std::path::Path;
use std::sync::Arc;

fn compiled(text: &str) -> Compiled {
    let files = MemoryFiles::from([("f", text)]);
    let (config, _) = load(Path::new("f"), &files, &mut SourceMap::new(), &LoadOptions::default());
    compile(&config)
}

fn plan(text: &str) -> Dialplan {
    compiled(text).plan
}

/// What is said of a plan, each with the text that it is about.
fn findings(text: &str) -> Vec<String> {
    let about = |span: asterisk_conf::Span| &text[span.start as usize..span.end as usize];
    let diagnostics = compiled(text).diagnostics;
    diagnostics.iter().map(|d| format!("{}: {}", d.code, d.span.map_or("", about))).collect()
}

/// The place where a number is found: the context and the extension of the plan, and where the call is then.
fn found(plan: &Dialplan, number: &str) -> Option<String> {
    let found = plan.find("a", number, None, 1)?;
    let at = found.switched.map_or_else(String::new, |at| format!(" at {at}"));
    Some(format!("{} of {}{at}", found.extension.pattern().text(), found.context.name()))
}

const LADDER: &str = "
[a]
exten => 1,1,NoOp
switch => Loopback/@b
include => c
[b]
exten => _X,1,NoOp
exten => 2,1,NoOp
[c]
exten => 1,1,NoOp
exten => 2,1,NoOp
exten => 33,1,NoOp
";

#[test]
fn own_extensions_come_first_then_switches_then_includes() {
    let plan = plan(LADDER);
    assert_eq!(found(&plan, "1").as_deref(), Some("1 of a"));
    assert_eq!(found(&plan, "2").as_deref(), Some("2 of b at 2@b:1"));
    assert_eq!(found(&plan, "3").as_deref(), Some("_X of b at 3@b:1"));
    assert_eq!(found(&plan, "33").as_deref(), Some("33 of c"));
    assert_eq!(found(&plan, "44"), None);
    // Labels and hints are not looked for behind switches.
    assert!(plan.find_label(&Query::new("a", "2", None), "x").is_none());
}

#[test]
fn a_number_is_put_together_and_must_fit_the_pattern() {
    let plan = plan(
        "[globals]\nHOUSE=b\n[a]\nlswitch => Loopback/12${EXTEN:1}@${HOUSE}/_9X.\nlswitch => loopback/${EXTEN}@c:5\n\
         [b]\nexten => _12.,1,NoOp\nexten => 9,1,NoOp\n[c]\nexten => 7,5,NoOp\nexten => 8,1,NoOp\n",
    );
    assert_eq!(found(&plan, "934").as_deref(), Some("_12. of b at 1234@b:1"));
    assert_eq!(found(&plan, "834"), None, "another pattern");
    assert_eq!(found(&plan, "7").as_deref(), Some("7 of c at 7@c:5"));
    assert_eq!(found(&plan, "8"), None, "no priority 5");
}

#[test]
fn digits_are_awaited_for_what_lies_behind_a_switch() {
    let plan = plan("[a]\nlswitch => Loopback/1${EXTEN:1}@b/_9XX\n[b]\nexten => 123,1,NoOp\n");
    let matching = |digits: &str| plan.matching("a", digits, None);
    assert_eq!(matching("9"), Matching::CouldMatch);
    assert_eq!(matching("92"), Matching::CouldMatch);
    assert_eq!(matching("923"), Matching::Matches { more_could: false });
    assert_eq!(matching("924"), Matching::Nothing);
    assert_eq!(matching("8"), Matching::Nothing);
}

struct Area(&'static str);

impl Variables for Area {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "AREA").then(|| self.0.to_owned())
    }

    fn function(&self, name: &str, arguments: &str) -> FunctionReply {
        match name {
            "AREA_OF" => FunctionReply::Value(format!("{}{arguments}", self.0)),
            "LATER" => FunctionReply::Pending,
            // One that asks the plan itself, as DIALPLAN_EXISTS does.
            "ASKS" => {
                let found = plan(ASKING).find_with(&Query::new("a", arguments, None).with(self), 1).is_some();
                FunctionReply::Value(if found { "b" } else { "c" }.to_owned())
            }
            _ => FunctionReply::Unknown,
        }
    }
}

const ASKING: &str = "[a]\neswitch => Loopback/${EXTEN}@${ASKS(${EXTEN})}\n[c]\nexten => 1,1,NoOp\n";

#[test]
fn functions_that_answer_at_once_have_a_value_in_an_eswitch() {
    let finds = |line: &str| {
        let plan = plan(&format!("[a]\n{line}\n[b1]\nexten => 1,1,NoOp\n[b]\nexten => 2,1,NoOp\n"));
        ["1", "2"].map(|number| plan.find_with(&Query::new("a", number, None).with(&Area("b")), 1).is_some())
    };
    assert_eq!(finds("eswitch => Loopback/${EXTEN}@${AREA_OF(1)}"), [true, false]);
    assert_eq!(finds("eswitch => Loopback/${EXTEN}@b${LATER(x)}"), [false, true]);
    assert_eq!(finds("lswitch => Loopback/${EXTEN}@${AREA_OF(1)}"), [false, false]);
    let asking = plan(ASKING);
    assert!(asking.find_with(&Query::new("a", "1", None).with(&Area("")), 1).is_some(), "it ends");
}

#[test]
fn a_switch_to_local_is_one_to_the_own_dialplan() {
    let plan = plan("[a]\nswitch => Local/@b\n[b]\nexten => 1,1,NoOp\n");
    assert_eq!(found(&plan, "1").as_deref(), Some("1 of b at 1@b:1"));
    assert!(found(&plan, "2").is_none());
}

#[test]
fn only_an_eswitch_knows_the_channel() {
    let text = |kind: &str| format!("[a]\n{kind} => Loopback/${{EXTEN}}@${{AREA}}\n[b]\nexten => 1,1,NoOp\n");
    let finds = |kind: &str, area: &'static str| {
        let plan = plan(&text(kind));
        plan.find_with(&Query::new("a", "1", None).with(&Area(area)), 1).is_some()
    };
    assert!(finds("eswitch", "b") && !finds("eswitch", "c") && !finds("lswitch", "b"));
}

#[test]
fn circles_end() {
    let plan = plan(
        "[a]\nlswitch => Loopback/1${EXTEN}@b\nlswitch => Loopback/2${EXTEN}@b\n\
         [b]\nlswitch => Loopback/3${EXTEN}@a\nlswitch => Loopback/4${EXTEN}@a\nexten => 1311,1,NoOp\n",
    );
    assert_eq!(found(&plan, "9"), None);
    assert_eq!(plan.matching("a", "9", None), Matching::Nothing);
    assert_eq!(found(&plan, "1").as_deref(), Some("1311 of b at 1311@b:1"));
}

#[test]
fn what_leads_nowhere_is_told() {
    let said = |line: &str| findings(&format!("[a]\n{line}\n[b]\nexten => 1,1,NoOp\ninclude => a\n"));
    for served in [
        "lswitch => Loopback/1${EXTEN}@b/_9.",
        "switch => Loopback/@b/_9.",
        "eswitch => Loopback/1${EXTEN}@${CONTEXT}b",
        "eswitch => Loopback/${LEN(x)}@b/_9.",
    ] {
        assert_eq!(said(served), [""; 0], "{served}");
    }
    for (line, code) in [
        ("switch => Realtime/a@extensions", "switch-not-served"),
        ("switch => DUNDi/priv", "switch-not-served"),
        ("switch => IAX2/user:password@host/a", "switch-not-served"),
        ("switch => Local/1@b/_9.", "switch-local"),
        ("switch => Loopback/${EXTEN:1}@b", "switch-without-number"),
        ("lswitch => Loopback/${LEN(x)}@b/_9.", "function-in-switch"),
        ("lswitch => Loopback/1${EXTEN}@nowhere", "unknown-context"),
        ("lswitch => Loopback/1${EXTEN}@a", "switch-loop"),
        ("lswitch => Loopback/1", "switch-loop"),
        ("lswitch => Loopback/1${EXTEN}@b", "switch-loop"),
    ] {
        let (_, written) = line.split_once("=> ").unwrap();
        let said = said(line);
        assert_eq!(said.first(), Some(&format!("{code}: {written}")), "{line}: {said:?}");
    }
}

#[test]
fn a_trace_tells_what_became_of_each_switch() {
    let plan = plan(
        "[a]\nswitch => Realtime/x@y\nlswitch => Loopback/${EXTEN}@b/_8.\nlswitch => Loopback/0${EXTEN}@b\n\
         lswitch => Loopback/${EXTEN}@b\n[b]\nexten => 1,1,NoOp\n",
    );
    let trace = plan.trace(&Query::new("a", "1", None), 1);
    let verdicts: Vec<_> = trace.contexts[0].switches.iter().map(|(_, verdict)| verdict.clone()).collect();
    let expected = [
        SwitchVerdict::NotServed,
        SwitchVerdict::OtherNumber,
        SwitchVerdict::NotThere(Location::new("b", "01", 1)),
        SwitchVerdict::Found(Location::new("b", "1", 1)),
    ];
    assert_eq!(verdicts, expected);
    assert_eq!(trace.found.unwrap().context.name(), "b");
    let shown = plan.show(&SourceMap::new(), Some("a"), None).unwrap();
    assert!(shown.contains("Alt. Switch =>    'Realtime/x@y' (not served)"), "{shown}");
}

/// The applications that run from a place on, with where the channel is.
fn run(plan: Dialplan, number: &str, host: &mut SimpleHost) -> Vec<String> {
    let mut machine = Machine::new(Arc::new(plan), Location::new("a", number, 1));
    let mut log = Vec::new();
    while let Step::Run(call) = machine.step(host) {
        log.push(format!("{}({}) {}", call.application, call.arguments, call.location));
        machine.complete(Outcome::Continue);
    }
    log
}

#[test]
fn a_call_goes_through_a_switch_and_stays_there() {
    let text = "[a]\nlswitch => Loopback/2${EXTEN}@b\nexten => 1,2,NoOp(never)\n\
                [b]\nexten => 21,1,NoOp(${EXTEN})\n same => n,NoOp(${CONTEXT})\n";
    let log = run(plan(text), "1", &mut SimpleHost::new());
    assert_eq!(log, ["NoOp(21) 21@b:1", "NoOp(b) 21@b:2"]);
}

#[test]
fn a_call_that_is_not_found_hears_of_switches_that_are_not_served() {
    let mut host = SimpleHost::new();
    let log = run(plan("[a]\ninclude => b\n[b]\nswitch => DUNDi/priv\n"), "1", &mut host);
    assert_eq!(log, [""; 0]);
    assert_eq!(host.warnings.len(), 1, "{:?}", host.warnings);
    assert!(host.warnings[0].contains("DUNDi/priv") && host.warnings[0].contains("does not serve DUNDi"));
    assert!(host.variable("INVALID_EXTEN").is_none());
}
