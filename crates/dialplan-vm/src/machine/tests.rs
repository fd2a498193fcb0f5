use super::*;
use crate::compile;
use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use std::path::Path;

fn plan(text: &str) -> Arc<Dialplan> {
    let files = MemoryFiles::from([("extensions.conf", text)]);
    let mut sources = SourceMap::new();
    let (config, _) = load(Path::new("extensions.conf"), &files, &mut sources, &LoadOptions::default());
    let compiled = compile(&config);
    assert!(compiled.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", compiled.diagnostics);
    Arc::new(compiled.plan)
}

/// A channel whose applications do what their name says.
struct Channel {
    machine: Machine,
    host: SimpleHost,
}

impl Channel {
    fn at(text: &str, extension: &str) -> Self {
        Self { machine: Machine::new(plan(text), Location::new("a", extension, 1)), host: SimpleHost::new() }
    }

    /// Runs until the end, 50 steps at most; answers the calls and the end.
    fn run(&mut self) -> (Vec<String>, Option<End>) {
        let mut log = Vec::new();
        for _ in 0..50 {
            match self.machine.step(&mut self.host) {
                Step::Run(call) => {
                    log.push(format!("{} {}({})", call.location, call.application, call.arguments));
                    self.machine.complete(outcome(&call));
                }
                Step::Evaluate(call) => panic!("{call:?}"),
                Step::Ended(end) => return (log, Some(end)),
            }
        }
        (log, None)
    }
}

fn outcome(call: &AppCall) -> Outcome {
    match &*call.application {
        "Goto" => Outcome::Jump(JumpTarget::parse(&call.arguments).unwrap()),
        "Dialed" => Outcome::Dialed(call.arguments.clone()),
        "Wait" => Outcome::ResponseTimeout,
        "Limit" => Outcome::AbsoluteTimeout,
        "Hangup" => Outcome::Hangup,
        "Fail" => Outcome::Error,
        _ => Outcome::Continue,
    }
}

fn run(text: &str, extension: &str) -> (Vec<String>, End) {
    let (log, end) = Channel::at(text, extension).run();
    (log, end.unwrap())
}

#[test]
fn priorities_run_in_order_until_there_are_no_more() {
    let (log, end) =
        run("[a]\nexten => _1X,1,NoOp(${EXTEN} ${CONTEXT} ${PRIORITY})\n same => n,NoOp(${EXTEN:1})\n", "12");
    assert_eq!(log, ["12@a:1 NoOp(12 a 1)", "12@a:2 NoOp(2)"]);
    assert_eq!(end, End::OutOfPriorities);
}

#[test]
fn goto_in_its_three_forms_and_by_label() {
    let text = "[a]\nexten => 1,1,Goto(3)\n same => n,NoOp(skipped)\n same => n,Goto(2,x)\n\
                exten => 2,1,NoOp\n same => n(x),Goto(b,3,1)\n[b]\nexten => 3,1,Goto(+2)\n same => n,NoOp\n same => n,NoOp(end)\n";
    let (log, end) = run(text, "1");
    assert_eq!(
        log,
        ["1@a:1 Goto(3)", "1@a:3 Goto(2,x)", "2@a:2 Goto(b,3,1)", "3@b:1 Goto(+2)", "3@b:3 NoOp(end)"]
    );
    assert_eq!(end, End::OutOfPriorities);
}

#[test]
fn a_target_that_is_not_there_goes_to_i_or_ends() {
    let text = "[a]\nexten => 1,1,Goto(99,1)\nexten => 2,1,Goto(nowhere)\nexten => 3,1,Dialed(98)\nexten => i,1,NoOp(${INVALID_EXTEN})\n";
    for (start, invalid) in [("1", "99"), ("2", "2"), ("3", "98"), ("77", "77")] {
        let (log, end) = run(text, start);
        assert_eq!(log.last().unwrap(), &format!("i@a:1 NoOp({invalid})"), "{start}");
        assert_eq!(end, End::OutOfPriorities);
    }
    let (log, end) = run("[a]\nexten => 1,1,Goto(b,99,1)\n[b]\n", "1");
    assert_eq!(log.len(), 1);
    assert_eq!(end.to_string(), "there is no 99@b:1, and no `i` extension");
}

#[test]
fn a_priority_that_is_not_there_is_the_end_of_the_extension() {
    let (_, end) = run("[a]\nexten => 1,1,Goto(7)\nexten => i,1,NoOp\n", "1");
    assert_eq!(end, End::OutOfPriorities);
}

#[test]
fn timeouts_go_to_t_and_upper_t_or_end() {
    let text = "[a]\nexten => 1,1,Wait\nexten => 2,1,Limit\nexten => t,1,NoOp(t)\nexten => T,1,NoOp(T)\n";
    assert_eq!(run(text, "1").0.last().unwrap(), "t@a:1 NoOp(t)");
    assert_eq!(run(text, "2").0.last().unwrap(), "T@a:1 NoOp(T)");
    let bare = "[a]\nexten => 1,1,Wait\nexten => 2,1,Limit\n";
    assert_eq!(run(bare, "1").1, End::Timeout { absolute: false });
    assert_eq!(run(bare, "2").1, End::Timeout { absolute: true });
    assert_eq!(run(&format!("{bare}exten => e,1,NoOp(e)\n"), "1").0.last().unwrap(), "e@a:1 NoOp(e)");
}

#[test]
fn hangup_runs_h_once() {
    let mut channel = Channel::at("[a]\nexten => 1,1,Hangup\nexten => h,1,NoOp(bye)\n same => n,NoOp\n", "1");
    assert_eq!(channel.run().1, Some(End::Hangup));
    assert!(channel.machine.hangup());
    let (log, end) = channel.run();
    assert_eq!(log, ["h@a:1 NoOp(bye)", "h@a:2 NoOp()"]);
    assert_eq!(end, Some(End::HangupHandled));
    assert!(!channel.machine.hangup());
    assert_eq!(channel.machine.step(&mut channel.host), Step::Ended(End::HangupHandled));
}

#[test]
fn hangup_in_the_middle_of_an_application() {
    let mut channel =
        Channel::at("[a]\nexten => 1,1,Echo\ninclude => b\n[b]\nexten => h,1,NoOp(${EXTEN})\n", "1");
    assert!(matches!(channel.machine.step(&mut channel.host), Step::Run(_)));
    assert!(channel.machine.hangup(), "h may stand in an included context");
    channel.machine.complete(Outcome::Continue); // comes too late and changes nothing
    assert_eq!(channel.run().0, ["h@a:1 NoOp(h)"]);
    let mut without = Channel::at("[a]\nexten => 1,1,Echo\n", "1");
    assert!(matches!(without.machine.step(&mut without.host), Step::Run(_)));
    assert!(!without.machine.hangup());
    assert_eq!(without.run(), (vec![], Some(End::Hangup)));
}

#[test]
fn the_machine_finds_what_the_best_pattern_does_not_have_in_the_next() {
    let text = "[a]\nexten => 100,1,NoOp(exact)\nexten => _1XX,1,NoOp(one)\n same => n,NoOp(two)\n";
    assert_eq!(run(text, "100").0, ["100@a:1 NoOp(exact)", "100@a:2 NoOp(two)"]);
}

#[test]
fn callers_and_times_choose_extensions() {
    let text = "[a]\nexten => 1/555,1,NoOp(boss)\nexten => 1,1,NoOp(all)\ninclude => day,9:00-17:00,*,*,*\n[day]\nexten => 2,1,NoOp(open)\n";
    assert_eq!(run(text, "1").0, ["1@a:1 NoOp(all)"]);
    let mut channel = Channel::at(text, "1");
    channel.host.caller = Some("555".into());
    assert_eq!(channel.run().0, ["1@a:1 NoOp(boss)"]);
    let mut channel = Channel::at(text, "2");
    channel.host.time = Some(LocalTime { month: 1, day: 1, weekday: 1, minute: 8 * 60 });
    assert!(matches!(channel.run().1, Some(End::NoSuchExtension { .. })));
    assert_eq!(run(text, "2").0, ["2@a:1 NoOp(open)"]);
}

#[test]
fn a_running_call_keeps_its_plan_until_it_jumps() {
    let mut channel =
        Channel::at("[a]\nexten => 1,1,NoOp(old)\n same => n,NoOp(old)\n same => n,Goto(1,1)\n", "1");
    channel.machine.replace_plan(plan("[a]\nexten => 1,1,NoOp(new)\n"));
    let (log, _) = channel.run();
    assert_eq!(log, ["1@a:1 NoOp(old)", "1@a:2 NoOp(old)", "1@a:3 Goto(1,1)", "1@a:1 NoOp(new)"]);
}

#[test]
fn a_circle_can_be_stopped() {
    let (log, end) = Channel::at("[a]\nexten => 1,1,Goto(1)\nexten => i,1,Goto(99,1)\n", "1").run();
    assert_eq!((log.len(), end), (50, None));
    let (log, end) = Channel::at("[a]\nexten => i,1,Goto(99,1)\n", "2").run();
    assert_eq!((log.len(), end), (50, None));
}

/// Answers `COUNT()` at once with how often it was asked, and `DB()` later.
#[derive(Default)]
struct Slow {
    simple: SimpleHost,
    asked: usize,
}

impl Host for Slow {
    fn variable(&self, name: &str) -> Option<String> {
        self.simple.variable(name)
    }
    fn set_variable(&mut self, name: &str, value: &str) {
        self.simple.set_variable(name, value);
    }
    fn global(&self, name: &str) -> Option<String> {
        self.simple.global(name)
    }
    fn set_global(&mut self, name: &str, value: &str) {
        self.simple.set_global(name, value);
    }
    fn read_function(&mut self, name: &str, _args: &str) -> FunctionReply {
        match name {
            "DB" => FunctionReply::Pending,
            "COUNT" => {
                self.asked += 1;
                FunctionReply::Value(self.asked.to_string())
            }
            _ => FunctionReply::Unknown,
        }
    }
    fn write_function(&mut self, _name: &str, _args: &str, _value: &str) -> FunctionReply {
        FunctionReply::Unknown
    }
    fn warn(&mut self, message: &str, at: Option<Span>) {
        self.simple.warn(message, at);
    }
}

#[test]
fn functions_that_wait_are_asked_once_and_in_order() {
    let text = "[a]\nexten => 1,1,NoOp(${COUNT()} ${DB(${COUNT()})} ${DB(x)} ${COUNT()})\n same => n,NoOp(${COUNT()})\n";
    let mut machine = Machine::new(plan(text), Location::new("a", "1", 1));
    let mut host = Slow::default();
    let call =
        |arguments: &str| Step::Evaluate(FunctionCall { name: "DB".into(), arguments: arguments.into() });
    assert_eq!(machine.step(&mut host), call("2"));
    assert_eq!(machine.step(&mut host), call("2"), "without an answer it asks again");
    machine.resume_function(FunctionReply::Value("first".into()));
    assert_eq!(machine.step(&mut host), call("x"));
    machine.resume_function(FunctionReply::Error("no store".into()));
    let Step::Run(run) = machine.step(&mut host) else { panic!() };
    assert_eq!(run.arguments, "1 first  3");
    assert_eq!(host.simple.warnings, ["function DB: no store"]);
    machine.complete(Outcome::Continue);
    let Step::Run(run) = machine.step(&mut host) else { panic!() };
    assert_eq!(run.arguments, "4");
}

#[test]
fn variables_are_set_and_functions_written() {
    let mut host = SimpleHost::new();
    assert_eq!(assign(&mut host, " X ", "1"), FunctionReply::Value(String::new()));
    assert_eq!(assign(&mut host, "CALLERID(num)", "200"), FunctionReply::Value(String::new()));
    assert_eq!(host.variables["X"], "1");
    assert_eq!(host.functions["CALLERID(num)"], "200");
}

#[test]
fn moving_from_outside() {
    let mut channel = Channel::at("[a]\nexten => 1,1,Echo\nexten => 2,1,NoOp\n", "1");
    assert!(matches!(channel.machine.step(&mut channel.host), Step::Run(_)));
    channel.machine.set_location(Location::new("a", "2", 1));
    assert_eq!(channel.run().0, ["2@a:1 NoOp()"]);
    let resolved = channel.machine.resolve(&JumpTarget::parse("1,1").unwrap(), &channel.host);
    assert_eq!(resolved, Some(Location::new("a", "1", 1)));
    assert_eq!(channel.machine.substitute(&mut channel.host, "${EXTEN}").unwrap(), "2");
}
