//! `EAGI`: programs that hear the caller.

use std::path::Path;

use crate::harness::{Outcome, Scene, ensure, tone};

use super::{call, script};

/// Facts first, then so many octets of the caller's audio into a file.
const HEARS: &str = r##"#!/usr/bin/env python3
import os
import sys

facts = {}
for line in iter(sys.stdin.readline, "\n"):
    name, _, value = line.rstrip("\n").partition(": ")
    facts[name] = value

def ask(command):
    print(command, flush=True)
    return sys.stdin.readline().strip()

ask("ANSWER")
ask('VERBOSE "enhanced %s" 1' % facts["agi_enhanced"])
audio = b""
while len(audio) < OCTETS:
    piece = os.read(3, 4096)
    if not piece:
        break
    audio += piece
with open(sys.argv[1], "wb") as file:
    file.write(audio)
"##;

fn samples(path: &Path) -> Outcome<Vec<i16>> {
    let octets = std::fs::read(path)?;
    let pairs = octets.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
    Ok(pairs.map(i16::from_le_bytes).collect())
}

/// Three seconds at 8 kHz, and as much time at 16 kHz, which looks half as high where it is taken for 8 kHz.
pub(super) fn hears_the_caller(scene: &Scene) -> Outcome {
    let narrow = script(scene, "narrow.py", &HEARS.replace("OCTETS", "48000"))?;
    let wide = script(scene, "wide.py", &HEARS.replace("OCTETS", "96000"))?;
    let notes = scene.subfolder("notes")?;
    let (at_8, at_16) = (notes.join("8"), notes.join("16"));
    let lines = format!(
        "exten => 100,1,EAGI({},{})\n same => n,NoOp(first ${{AGISTATUS}})\n\
         same => n,Set(EAGI_AUDIO_FORMAT=slin16)\n same => n,EAGI({},{})\n same => n,NoOp(second ${{AGISTATUS}})\n\
         same => n,EAGI(agi://127.0.0.1/x)\n same => n,NoOp(third ${{AGISTATUS}})\n same => n,Hangup()",
        narrow.display(),
        at_8.display(),
        wide.display(),
        at_16.display()
    );
    let (exchange, alice) = call(scene, &lines)?;
    alice.call_ends()?;
    for line in ["enhanced 1.0", "first SUCCESS", "second SUCCESS", "third FAILURE"] {
        exchange.says(line)?;
    }
    let heard = samples(&at_8)?;
    let tenths = tone::tenths_of(&heard, 440);
    ensure(tenths >= 15, || format!("{tenths} tenths of a second of 440 Hz in {} samples", heard.len()))?;
    let heard = samples(&at_16)?;
    let tenths = tone::tenths_of(&heard, 220);
    ensure(tenths >= 40, || format!("{tenths} tenths of 440 Hz at 16 kHz in {} samples", heard.len()))?;
    exchange.is_idle()
}

/// It never reads its descriptor 3; the call goes on, and what was missed is told.
const DEAF: &str =
    "#!/bin/sh\necho ANSWER\necho 'WAIT FOR DIGIT 4000'\necho 'VERBOSE \"still there\" 1'\nsleep 4.5\n";

pub(super) fn may_be_deaf(scene: &Scene) -> Outcome {
    let path = script(scene, "deaf.sh", DEAF)?;
    // Fine audio fills a pipe soon.
    let lines = format!(
        "exten => 100,1,Set(EAGI_AUDIO_FORMAT=slin48)\n same => n,EAGI({})\n same => n,NoOp(status ${{AGISTATUS}})\n\
         same => n,Hangup()",
        path.display()
    );
    let (exchange, alice) = call(scene, &lines)?;
    alice.call_ends()?;
    for line in ["still there", "of the caller's audio unread", "status SUCCESS"] {
        exchange.says(line)?;
    }
    exchange.is_idle()
}
