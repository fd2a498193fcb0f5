//! What a caller hears from the exchange itself, and what keys do.

use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("applications::echo_returns_the_tone", &["baresip"], echo),
        trial("applications::a_prompt_is_heard_to_its_end", &["baresip"], prompt),
        trial("applications::our_own_prompts_are_found", &["baresip"], own_prompt),
        trial("applications::a_key_chooses_from_a_menu", &["baresip"], menu),
        trial("applications::a_wrong_key_and_no_key_have_their_places", &["baresip"], menu_mistakes),
        trial("applications::keys_are_read_into_a_variable", &["baresip"], read),
        trial("applications::a_routine_asks_again_and_comes_back", &["baresip"], routine),
        trial("applications::humans_are_told_from_machines", &["baresip"], answerers),
        trial("applications::a_call_that_is_over_runs_h", &["baresip"], hangup_extension),
    ]
}

/// An exchange with one phone, on the dialplan that `lines` makes of the sounds of 600 Hz (long) and 850 Hz (1 s).
fn call(scene: &Scene, number: &str, lines: &str) -> Outcome<(Exchange, Baresip)> {
    let without_extension = |path: std::path::PathBuf| path.with_extension("").to_string_lossy().into_owned();
    let long = without_extension(tone::file(scene, 600, Duration::from_secs(20))?);
    let short = without_extension(tone::file(scene, 850, Duration::from_secs(1))?);
    let lines = lines.replace("LONG", &long).replace("SHORT", &short);
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial(number)?;
    Ok((exchange, alice))
}

fn echo(scene: &Scene) -> Outcome {
    let (exchange, mut alice) =
        call(scene, "600", "exten => 600,1,Answer()\n same => n,Echo()\n same => n,Hangup()")?;
    alice.is_in_call()?;
    alice.hears(440)?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn prompt(scene: &Scene) -> Outcome {
    let (exchange, alice) =
        call(scene, "601", "exten => 601,1,Answer()\n same => n,Playback(SHORT)\n same => n,Hangup()")?;
    alice.is_in_call()?;
    alice.call_ends()?;
    let heard = alice.heard()?;
    let tenths = tone::tenths_of(&heard.samples, 850);
    ensure((8..=11).contains(&tenths), || format!("1 s of 850 Hz was played: {}", tone::describe(&heard)))?;
    exchange.is_idle()
}

/// `hello-world` is in `sounds/`, and in the program.
fn own_prompt(scene: &Scene) -> Outcome {
    let (_exchange, alice) =
        call(scene, "602", "exten => 602,1,Answer()\n same => n,Playback(hello-world)\n same => n,Hangup()")?;
    alice.call_ends()?;
    let heard = alice.heard()?;
    let audible = tone::audible_tenths(&heard.samples);
    ensure(audible >= 3, || format!("the prompt should be heard: {}", tone::describe(&heard)))
}

const MENU: &str = "exten => 700,1,Answer()
 same => n,Goto(menu,s,1)

[menu]
exten => s,1,Background(LONG)
 same => n,WaitExten(2)
exten => 1,1,NoOp(chose one)
 same => n,Hangup()
exten => 2,1,NoOp(chose two)
 same => n,Playback(SHORT)
 same => n,Echo()
exten => i,1,NoOp(no such choice ${INVALID_EXTEN})
 same => n,Goto(quiet,s,1)

[quiet]
exten => s,1,WaitExten(1)
exten => t,1,NoOp(nothing chosen)
 same => n,Hangup()";

/// A key ends the prompt, and leads to its own.
fn menu(scene: &Scene) -> Outcome {
    let (exchange, mut alice) = call(scene, "700", MENU)?;
    alice.hears(600)?;
    alice.press("2")?;
    exchange.says("chose two")?;
    alice.hears(850)?;
    alice.hears(440)?;
    ensure(exchange.count("chose one")? == 0, || "the key 2 chose 1 as well".to_owned())
}

fn menu_mistakes(scene: &Scene) -> Outcome {
    let (exchange, mut alice) = call(scene, "700", MENU)?;
    alice.hears(600)?;
    alice.press("9")?;
    exchange.says("no such choice 9")?;
    exchange.says("nothing chosen")?;
    alice.call_ends().map(drop)
}

fn read(scene: &Scene) -> Outcome {
    let lines = "exten => 701,1,Answer()
 same => n,Read(pin,LONG,4,,1,10)
 same => n,NoOp(pin=${pin} length=${LEN(${pin})} ${READSTATUS})
 same => n,GotoIf($[\"${pin}\" = \"4711\"]?right:wrong)
 same => n(right),Playback(SHORT)
 same => n,Hangup()
 same => n(wrong),Hangup(21)";
    let (exchange, mut alice) = call(scene, "701", lines)?;
    alice.hears(600)?;
    alice.press("4711")?;
    exchange.says("pin=4711 length=4 OK")?;
    alice.hears(850)?;
    alice.call_ends().map(drop)
}

/// A routine with a loop reads keys until the right one comes; a command of the shell says how it ended.
fn routine(scene: &Scene) -> Outcome {
    let lines = "exten => 703,1,Answer()
 same => n,Gosub(ask,1(LONG,3))
 same => n,NoOp(came back with ${GOSUB_RETVAL} and i=${i}.)
 same => n,System(exit 3)
 same => n,NoOp(the first said ${SYSTEMSTATUS})
 same => n,TrySystem(/no/such/command 2>/dev/null)
 same => n,NoOp(the second said ${SYSTEMSTATUS})
 same => n,Hangup()
exten => ask,1,Set(LOCAL(i)=0)
 same => n,While($[${i} < ${ARG2}])
 same => n,Set(i=$[${i} + 1])
 same => n,Read(key,${ARG1},1,,1,5)
 same => n,ExecIf($[\"${key}\" = \"7\"]?Return(right at ${i}))
 same => n,NoOp(attempt ${i} was wrong)
 same => n,EndWhile()
 same => n,Return(never)";
    let (exchange, mut alice) = call(scene, "703", lines)?;
    alice.hears(600)?;
    alice.press("9")?;
    exchange.says("attempt 1 was wrong")?;
    alice.press("7")?;
    exchange.says("came back with right at 2 and i=.")?;
    exchange.says("the first said APPERROR")?;
    exchange.says("the second said FAILURE")?;
    alice.call_ends().map(drop)
}

fn hangup_extension(scene: &Scene) -> Outcome {
    let lines = "exten => 702,1,Answer()
 same => n,Set(who=${CALLERID(num)})
 same => n,Echo()
exten => h,1,NoOp(over for ${who} in ${CONTEXT})";
    let (exchange, mut alice) = call(scene, "702", lines)?;
    alice.hears(440)?;
    alice.hang_up()?;
    exchange.says("over for alice in phones")?;
    exchange.is_idle()
}

/// Who says something short and waits is a human; who talks on and on, and who says nothing, are none.
fn answerers(scene: &Scene) -> Outcome {
    let lines =
        "exten => who,1,Answer()\n same => n,AMD()\n same => n,NoOp(it was ${AMDSTATUS} by ${AMDCAUSE})";
    let folder = Folder::new(scene)?.phone("human").phone("machine").phone("mute").dialplan(lines);
    let exchange = Exchange::start(scene, &folder)?;
    let said = [
        ("human", Duration::from_millis(700), "it was HUMAN by HUMAN-800-800"),
        ("machine", Duration::from_secs(5), "it was MACHINE by LONGGREETING-"),
        ("mute", Duration::ZERO, "it was MACHINE by INITIALSILENCE-2500-2500"),
    ];
    for (name, length, expected) in said {
        let greeting = tone::greeting(scene, length)?;
        let mut phone = Baresip::named(scene, name, 440).playing(greeting).register_at(&exchange)?;
        phone.dial("who")?;
        phone.is_in_call()?;
        phone.call_ends()?;
        exchange.says(expected)?;
    }
    exchange.is_idle()
}
