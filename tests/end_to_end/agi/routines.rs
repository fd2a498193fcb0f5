//! `GOSUB`: routines of the dialplan that a script runs.

use crate::harness::{Outcome, Scene};

use super::{call, script};

const RUNS_ROUTINES: &str = r##"#!/usr/bin/env python3
import sys

while sys.stdin.readline() != "\n":
    pass

def ask(command):
    print(command, flush=True)
    reply = sys.stdin.readline().strip()
    if reply.startswith("100"):
        reply += " | " + sys.stdin.readline().strip()
    return reply

def tell(text):
    ask('VERBOSE "%s" 1' % text)

ask("ANSWER")
tell("routine: " + ask('GOSUB routines sub 1 one,two'))
tell("value: " + ask("GET VARIABLE GOSUB_RETVAL"))
tell("hidden: " + ask("GET VARIABLE ARG1"))
tell("missing: " + ask("GOSUB routines sub no-such"))
tell("label: " + ask("GOSUB routines outer begin"))
tell("speech: " + ask("SPEECH CREATE engine"))
"##;

pub(super) fn run_within_a_script(scene: &Scene) -> Outcome {
    let path = script(scene, "routines.py", RUNS_ROUTINES)?;
    let lines = format!(
        "exten => 100,1,AGI({})\n same => n,NoOp(behind ${{EXTEN}} ${{AGISTATUS}})\n same => n,Hangup()\n\
         [routines]\nexten => sub,1,NoOp(in it ${{ARG1}} ${{ARG2}} ${{ARGC}})\n same => n,Wait(0.2)\n same => n,Return(of ${{ARG1}})\n\
         exten => outer,1,NoOp(not here)\n same => n(begin),Gosub(sub,1(inner))\n same => n,NoOp(back in ${{EXTEN}})\n same => n,Return()",
        path.display()
    );
    let (exchange, alice) = call(scene, &lines)?;
    alice.call_ends()?;
    for line in [
        "in it one two 2",
        "routine: 100 result=0 Trying... | 200 result=0 Gosub complete",
        "value: 200 result=1 (of one)",
        "hidden: 200 result=0",
        "missing: 200 result=-1 Gosub label not found",
        "in it inner",
        "back in outer",
        "label: 100 result=0 Trying... | 200 result=0 Gosub complete",
        "no engine that recognises speech",
        "speech: 510 Invalid or unknown command",
        "behind 100 SUCCESS",
    ] {
        exchange.says(line)?;
    }
    exchange.is_idle()
}
