//! Scripts with pyst2, the module that most scripts in Python use.

use std::path::Path;
use std::time::Duration;

use crate::harness::python;
use crate::harness::{Outcome, Scene, ensure};

use super::{call, prompt, script};

/// The file that a test of it needs.
pub(super) fn module() -> String {
    python::module("asterisk/agi.py")
}

const SCRIPT: &str = r##"#!/usr/bin/env python3
import sys
sys.path.insert(0, "MODULES")
from asterisk.agi import AGI, AGIInvalidCommand

agi = AGI()
agi.answer()
agi.verbose("served %s" % agi.env["agi_callerid"], 1)
key = agi.stream_file("LONG", "5")
agi.verbose("key %s" % key, 1)
agi.verbose("entry %s" % agi.get_data("LONG", 5000, 3), 1)
agi.set_variable("FROM_PYTHON", "yes")
agi.verbose("value %s" % agi.get_variable("FROM_PYTHON"), 1)
agi.verbose("full %s" % agi.get_full_variable("<${EXTEN}>"), 1)
agi.database_put("pyst2", "key", "kept")
agi.verbose("kept %s" % agi.database_get("pyst2", "key"), 1)
agi.database_del("pyst2", "key")
agi.verbose("state %s" % agi.channel_status(), 1)
agi.appexec("NoOp", "by pyst2")
try:
    agi.execute("DANCE")
except AGIInvalidCommand:
    agi.verbose("refused as such", 1)
agi.goto_on_exit(extension="200", priority="1")
"##;

pub(super) fn scripts_with_it(scene: &Scene) -> Outcome {
    ensure(Path::new(&module()).exists(), || {
        format!(
            "{} is not there: `cargo xtask test` installs pyst2 into that folder by pip (package python3-pip), which needs the network",
            module()
        )
    })?;
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let modules = python::modules().canonicalize()?;
    let text = SCRIPT.replace("LONG", &long).replace("MODULES", &modules.to_string_lossy());
    let path = script(scene, "menu.py", &text)?;
    let lines = format!(
        "exten => 100,1,AGI({})\n same => n,NoOp(not here)\n\
         exten => 200,1,NoOp(went on ${{FROM_PYTHON}} ${{AGISTATUS}})\n same => n,Hangup()",
        path.display()
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.is_in_call()?;
    alice.hears(600)?;
    alice.press("5")?;
    exchange.says("key 5")?;
    alice.press("123")?;
    alice.call_ends()?;
    for line in [
        "served alice",
        "entry 123",
        "value yes",
        "full <100>",
        "kept kept",
        "state 6",
        "refused as such",
        "went on yes SUCCESS",
    ] {
        exchange.says(line)?;
    }
    exchange.is_idle()
}
