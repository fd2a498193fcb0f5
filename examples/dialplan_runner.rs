//! Runs an extension of an `extensions.conf` without a phone and prints each step:
//! `cargo run -p examples --example dialplan_runner -- extensions.conf internal 100`. Without arguments it runs a
//! dialplan of its own.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use asterisk_conf::{Files, LoadOptions, MemoryFiles, SourceMap, load};
use dialplan_vm::{Location, Machine, Outcome, SimpleHost, Step, compile};

const OWN: &str = "[demo]\n\
    exten => 100,1,Set(greeting=hello)\n same => n,NoOp(${greeting}, ${EXTEN})\n\
    same => n,GotoIf($[${LEN(${greeting})} > 3]?long)\n same => n,Hangup()\n same => n(long),Echo()\n";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, context, extension) = match arguments.as_slice() {
        [path, context, extension] => (path.as_str(), context.as_str(), extension.as_str()),
        [] => ("own.conf", "demo", "100"),
        _ => return Err("give FILE CONTEXT EXTENSION, or nothing".into()),
    };
    let own = MemoryFiles::from([("own.conf", OWN)]);
    let files: &dyn Files = if arguments.is_empty() { &own } else { &Disk };
    let mut sources = SourceMap::new();
    let (config, mut diagnostics) = load(Path::new(path), files, &mut sources, &LoadOptions::default());
    let compiled = compile(&config);
    diagnostics.extend(compiled.diagnostics);
    diagnostics.iter().for_each(|diagnostic| eprintln!("{}", diagnostic.render(&sources, false)));
    run(&mut Machine::new(Arc::new(compiled.plan), Location::new(context, extension, 1)));
    Ok(())
}

fn run(machine: &mut Machine) {
    let mut host = SimpleHost::new();
    host.functions.insert("LEN(hello)".into(), "5".into());
    loop {
        match machine.step(&mut host) {
            Step::Run(call) => {
                println!("{}: {}({})", call.location, call.application, call.arguments);
                machine.complete(outcome(&mut host, &call.application, &call.arguments));
            }
            Step::Evaluate(call) => machine.resume_function(dialplan_vm::FunctionReply::Error(call.name)),
            Step::Ended(end) => return println!("{end}"),
        }
    }
}

/// What the applications that steer a dialplan do; the others do nothing here.
fn outcome(host: &mut SimpleHost, application: &str, arguments: &str) -> Outcome {
    match application.to_ascii_lowercase().as_str() {
        "set" => {
            if let Some((name, value)) = arguments.split_once('=') {
                dialplan_vm::assign(host, name, value);
            }
            Outcome::Continue
        }
        "goto" => jump(arguments),
        "gotoif" => {
            let (condition, targets) = arguments.split_once('?').unwrap_or((arguments, ""));
            let (yes, no) = targets.split_once(':').unwrap_or((targets, ""));
            jump(if dialplan_vm::is_true(condition) { yes } else { no })
        }
        "hangup" => Outcome::Hangup,
        _ => Outcome::Continue,
    }
}

fn jump(target: &str) -> Outcome {
    dialplan_vm::JumpTarget::parse(target).map_or(Outcome::Continue, Outcome::Jump)
}

/// Files as they are on the disk; `#include` takes no patterns here.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn glob(&self, pattern: &Path) -> Vec<PathBuf> {
        vec![pattern.to_path_buf()]
    }
}
