//! Rehearsals of small dialplans.

use std::path::Path;

use asterisk_conf::MemoryFiles;
use call_control::Prompts;

use super::*;
use crate::configuration::Folders;

fn configuration(plan: &str) -> Configuration {
    let phones = "[alice]\ntype=endpoint\ncontext=phones\ncallerid=Alice <100>\n[bob]\ntype=endpoint\ncontext=phones\n";
    let files = MemoryFiles::from([("/pbx/etc/extensions.conf", plan), ("/pbx/etc/pjsip.conf", phones)]);
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    configuration.unwrap_or_else(|| panic!("{}", report.render(false)))
}

fn sounds() -> Prompts {
    let folder = tempfile::tempdir().unwrap().keep();
    std::fs::create_dir_all(folder.join("en")).unwrap();
    std::fs::create_dir_all(folder.join("fr")).unwrap();
    for name in ["welcome", "invalid", "goodbye"] {
        // Two seconds of silence.
        std::fs::write(folder.join(format!("en/{name}.ulaw")), vec![0xff; 16_000]).unwrap();
    }
    std::fs::write(folder.join("fr/bienvenue.ulaw"), vec![0xff; 16_000]).unwrap();
    Prompts::new(audio::Library::new([folder]), "us")
}

/// Plays all scenes; what failed, with its story.
fn rehearse(plan: &str, script: &str) -> Vec<Option<String>> {
    let (configuration, sounds) = (configuration(plan), sounds());
    let script = Script::parse(script).unwrap();
    let mut outcomes = Vec::new();
    for scene in &script.scenes {
        let verdict = play(&configuration, &sounds, scene).unwrap();
        outcomes.push(verdict.failure.map(|failure| {
            format!("{}: {}: {}\n{}", failure.line, failure.wanted, failure.seen, verdict.story.join("\n"))
        }));
    }
    outcomes
}

pub(super) fn passes(plan: &str, script: &str) {
    let failures: Vec<String> = rehearse(plan, script).into_iter().flatten().collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

const MENU: &str = "[in]
exten => 100,1,Answer()
 same => n,Set(TIMEOUT(response)=5)
 same => n(again),Background(welcome)
 same => n,WaitExten()
exten => 1,1,Dial(PJSIP/alice,20)
 same => n,Playback(goodbye)
exten => i,1,Playback(invalid)
 same => n,Goto(100,again)
exten => t,1,Set(tries=$[0${tries} + 1])
 same => n,GotoIf($[${tries} < 3]?100,again)
 same => n,Playback(goodbye)
 same => n,Hangup()
exten => h,1,Set(GLOBAL(last)=${DIALSTATUS})
";

#[test]
fn a_menu_with_wrong_keys_silence_and_retries() {
    passes(
        MENU,
        "phone PJSIP/alice answers after 3s, hangs up after 20s
test a wrong key, then the right one
  caller 061 dials 100 in in
  is answered
  hears welcome
  presses 9
  hears invalid
  hears welcome
  presses 1
  rings PJSIP/alice
  talks to PJSIP/alice
  ends
  expect ${DIALSTATUS} = ANSWER
  expect ${GLOBAL(last)} = ANSWER
test silence
  caller 061 dials 100 in in
  hears welcome
  hears welcome
  hears welcome
  hears goodbye
  ends with NORMAL
  expect ${tries} = 3
test nobody is there
  phone PJSIP/alice is away
  caller 061 dials 100 in in
  hears welcome
  waits 1s
  presses 1
  hears goodbye
  expect ${DIALSTATUS} = CHANUNAVAIL
",
    );
}

#[test]
fn what_does_not_hold_is_told_with_what_happened() {
    let outcomes = rehearse(
        MENU,
        "test wrong
  caller 061 dials 100 in in
  hears invalid
test gone
  caller 061 dials 100 in in
  hears welcome
  hangs up
  presses 1
test nobody
  caller 061 dials 100 in nowhere
",
    );
    let told: Vec<String> = outcomes.into_iter().flatten().collect();
    assert!(told[0].starts_with("3: hears invalid: the caller heard 'welcome' at "), "{}", told[0]);
    assert!(told[0].contains("Answer()   [extensions.conf:2]"), "{}", told[0]);
    assert!(told[1].starts_with("8: presses 1: the call has ended"), "{}", told[1]);
    assert!(
        told[2].starts_with("10: caller 061 dials 100 in nowhere: there is no context 'nowhere'"),
        "{}",
        told[2]
    );
}

#[test]
fn routines_loops_and_macros_keep_to_themselves() {
    let plan = "[phones]
exten => 1,1,Set(x=outer)
 same => n,Gosub(sub,s,1(a,b c))
 same => n,Set(back=${GOSUB_RETVAL}/${ARG1}/${x})
 same => n,Gosub(sub,s,deep(3))
 same => n,Set(deep=${GOSUB_RETVAL})
 same => n,Macro(old,m1)
 same => n,Set(after=${ARG1}-${MACRO_EXTEN}-${seen})
 same => n,Set(i=0)
 same => n,While($[${i} < 5])
 same => n,Set(i=$[${i} + 1])
 same => n,ExecIf($[${i} = 2]?ContinueWhile())
 same => n,Set(list=${list}${i})
 same => n,ExecIf($[${i} = 4]?ExitWhile())
 same => n,EndWhile()
 same => n,If($[${i} = 5])
 same => n,Set(if=five)
 same => n,ElseIf($[${i} = 4])
 same => n,Set(if=four)
 same => n,Else()
 same => n,Set(if=other)
 same => n,EndIf()
 same => n,TryExec(NoSuch())
 same => n,GotoIfTime(9:00-17:00,mon-fri,*,*?day:night)
 same => n(night),Set(when=night)
 same => n,Hangup()
 same => n(day),Set(when=day)
 same => n,MSet(m=1,n=\"2,3\")
 same => n,Return()
[sub]
exten => s,1,Set(LOCAL(x)=inner)
 same => n,Set(peek=${STACK_PEEK(1,l)} ${LOCAL_PEEK(1,x)} ${ARGC})
 same => n,Return(${x}${ARG1}${ARG2})
 same => n(deep),GotoIf($[${ARG1} = 0]?done)
 same => n,Gosub(sub,s,deep($[${ARG1} - 1]))
 same => n,Return(${ARG1}${GOSUB_RETVAL})
 same => n(done),Return(!)
[macro-old]
exten => s,1,Set(seen=${ARG1}:${MACRO_EXTEN}:${MACRO_CONTEXT}:${MACRO_PRIORITY})
";
    passes(
        plan,
        "test all
  time 2026-11-23 10:00
  PJSIP/alice dials 1
  ends
  expect ${back} = innerab c//outer
  expect ${peek} = phones,1,2 outer 2
  expect ${deep} = 321!
  expect ${after} = --m1:1:phones:6
  expect ${list} = 134
  expect ${if} = four
  expect ${TRYSTATUS} = NOAPP
  expect ${when} = day
  expect ${m}${n} = 12,3
test at night
  time 2026-11-22 23:00 Europe/Paris
  PJSIP/alice dials 1
  ends
  expect ${when} = night
",
    );
}

#[test]
fn a_routine_that_calls_itself_without_an_end_is_stopped() {
    passes("[phones]\nexten => 1,1,Gosub(1,1)\n", "test deep\n PJSIP/alice dials 1\n ends\n");
}

#[test]
fn phones_are_busy_refuse_or_do_not_answer() {
    let plan = "[phones]\nexten => _X,1,Dial(PJSIP/bob,10)\n same => n,Set(was=${DIALSTATUS})\n";
    passes(
        plan,
        "test busy\n phone PJSIP/bob is busy\n PJSIP/alice dials 2\n ends with BUSY\n expect ${was} = BUSY
test no answer\n PJSIP/alice dials 2\n hears ringing\n ends\n expect ${was} = NOANSWER
test caller gives up\n PJSIP/alice dials 2\n rings PJSIP/bob\n waits 3s\n hangs up\n expect ${DIALSTATUS} = CANCEL\n",
    );
}

#[test]
fn a_phone_whose_dialplan_has_run_out_may_dial_on_without_autofallthrough() {
    passes(
        "[general]
autofallthrough=no
[in]
exten => 100,1,Answer()
 same => n,Playback(welcome)
exten => 1,1,Playback(goodbye)
 same => n,Hangup()
exten => t,1,Set(late=yes)
 same => n,Hangup()
[quiet]
exten => 100,1,Answer()
",
        "test a key after the last step
  caller 061 dials 100 in in
  hears welcome
  waits 4s
  presses 1
  hears goodbye
  ends with NORMAL
test nobody presses anything
  caller 061 dials 100 in in
  hears welcome
  ends with NORMAL
  expect ${late} = yes
test there is no t
  caller 061 dials 100 in quiet
  ends with NORMAL
",
    );
}

#[test]
fn a_switch_leads_through_to_another_context() {
    passes(
        "[phones]
lswitch => Loopback/9${EXTEN:1}@far/_8X.
eswitch => Loopback/${EXTEN}@${AREA}
switch => Realtime/phones@extensions
exten => 1,1,Set(AREA=near)
 same => n,Goto(55,1)
exten => 2,1,Goto(56,1)
exten => i,1,Set(at=i-${INVALID_EXTEN})
[far]
exten => 912,1,Set(at=${CONTEXT}-${EXTEN})
 same => n,Goto(next)
 same => n(next),Set(at=${at}-${PRIORITY})
[near]
exten => 55,1,Set(at=${CONTEXT})
",
        "test by a pattern
  caller 061 dials 812 in phones
  ends
  expect ${at} = far-912-3
test by a variable of the channel
  caller 061 dials 1 in phones
  ends
  expect ${at} = near
test nowhere
  caller 061 dials 2 in phones
  ends
  expect ${at} = i-56
",
    );
}
