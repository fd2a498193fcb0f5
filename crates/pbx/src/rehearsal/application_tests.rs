//! Options, variables and keys of applications, as callers meet them.

use super::tests::passes;

#[test]
fn background_is_stopped_by_the_keys_that_its_options_let() {
    passes(
        "[in]
exten => 100,1,Background(welcome,m)
 same => n,Playback(goodbye)
exten => 200,1,Background(welcome,p)
 same => n,Playback(goodbye)
exten => 300,1,Background(welcome,s)
 same => n,Background(bienvenue,n,fr,other)
 same => n,Set(told=${CHANNEL(language)} ${CHANNEL(state)})
 same => n,Hangup()
exten => 400,1,Background(bienvenue)
exten => 1,1,Playback(invalid)
exten => _2X,1,Playback(invalid)
[other]
exten => 7,1,Set(told=other ${CHANNEL(language)})
",
        "test a key that could become a number does not count with m
  caller 061 dials 100 in in
  hears welcome
  presses 2
  hears goodbye
  expect ${BACKGROUNDSTATUS} = SUCCESS
test a number of one digit does
  caller 061 dials 100 in in
  hears welcome
  presses 1
  hears invalid
  expect ${BACKGROUNDSTATUS} = SUCCESS
test no key counts with p
  caller 061 dials 200 in in
  hears welcome
  presses 1
  hears goodbye
test who was not answered hears the second one in another language
  caller 061 dials 300 in in
  hears bienvenue
  ends
  expect ${told} = en Ring
  expect ${BACKGROUNDSTATUS} = SUCCESS
test and dials in another context
  caller 061 dials 300 in in
  hears bienvenue
  presses 7
  ends
  expect ${told} = other en
test what is not there is told
  caller 061 dials 400 in in
  ends
  expect ${BACKGROUNDSTATUS} = FAILED
",
    );
}

#[test]
fn keys_are_read_up_to_the_key_that_ends_them() {
    passes(
        "[in]
exten => 100,1,Read(x,welcome,8,t(*5),1,3)
 same => n,Playback(goodbye)
exten => 200,1,Read(x,welcome,8,e,1,3)
 same => n,Playback(goodbye)
exten => 300,1,Read(x,welcome,8,,1,3)
 same => n,Playback(goodbye)
exten => 400,1,Read(x,welcome,8,t(),1,3)
 same => n,Playback(goodbye)
",
        "test other keys end an entry
  caller 061 dials 100 in in
  hears welcome
  presses 1#25
  hears goodbye
  expect ${x} ${READSTATUS} = 1#2 OK
test the key alone is the entry
  caller 061 dials 200 in in
  hears welcome
  presses #
  hears goodbye
  expect ${x} ${READSTATUS} = # OK
test or the entry is empty
  caller 061 dials 300 in in
  hears welcome
  presses #
  hears goodbye
  expect [${x}] ${READSTATUS} = [] OK
test time ends an entry
  caller 061 dials 300 in in
  hears welcome
  presses 12
  waits 4s
  hears goodbye
  expect [${x}] ${READSTATUS} = [12] TIMEOUT
test or there is none
  caller 061 dials 300 in in
  hears welcome
  waits 4s
  hears goodbye
  expect [${x}] ${READSTATUS} = [] TIMEOUT
test as many as there may be are all
  caller 061 dials 300 in in
  hears welcome
  presses 12345678
  hears goodbye
  expect [${x}] ${READSTATUS} = [12345678] OK
test no key ends it
  caller 061 dials 400 in in
  hears welcome
  presses 1#*
  hears goodbye
  expect ${x} = 1#*
test who hangs up has pressed keys
  caller 061 dials 100 in in
  hears welcome
  presses 12
  waits 1s
  hangs up
  expect ${x} ${READSTATUS} = 12 HANGUP
",
    );
}

#[test]
fn extensions_are_awaited_over_a_tone_and_end_by_a_key() {
    passes(
        "[in]
exten => 100,1,ReadExten(x,welcome,in,p)
 same => n,Playback(goodbye)
exten => 200,1,WaitExten(5,d(busy))
exten => 300,1,WaitDigit(soon)
 same => n,Set(first=${WAITDIGITSTATUS})
 same => n,SendDTMF(1wF,,,,a)
 same => n,Set(state=${CHANNEL(state)})
exten => 400,1,ReadExten(x,welcome,in)
exten => 1,1,Playback(invalid)
exten => 12,1,Playback(goodbye)
",
        "test the number is whole with a key
  caller 061 dials 100 in in
  hears welcome
  presses 1#
  hears goodbye
  expect ${x} ${READEXTENSTATUS} = 1 OK
test who hangs up has read nothing
  caller 061 dials 400 in in
  hears welcome
  hangs up
  expect ${READEXTENSTATUS} = HANGUP
test a tone is heard until the first key
  caller 061 dials 200 in in
  hears busy tone
  presses 12
  hears goodbye
test what is no time is told, and keys answer
  caller 061 dials 300 in in
  is answered
  ends
  expect ${first} ${state} = ERROR Up
",
    );
}

const HANDLERS: &str = "[in]
exten => 100,1,Set(CHANNEL(hangup_handler_push)=after,s,1(a))
 same => n,Set(CHANNEL(hangup_handler_push)=after,s,1(b))
 same => n,Playback(welcome)
exten => h,1,Set(GLOBAL(told)=h)
exten => 200,1,Dial(PJSIP/alice,20,gb(before^called^1(x^y))B(before^caller^1))
 same => n,Playback(goodbye)
exten => 250,1,Set(CHANNEL(after_bridge_goto)=in,250,back)
 same => n,Dial(PJSIP/alice,20)
 same => n(back),Playback(goodbye)
exten => 300,1,Originate(PJSIP/alice,app,Wait,1,,20,b(before^called^1(x^y))C(alaw))
exten => 400,1,Dial(PJSIP/alice,20,b(before^refused^1))
exten => 500,1,Dial(PJSIP/alice,20,B(before^refused^1))
[after]
exten => s,1,Set(GLOBAL(told)=${GLOBAL(told)}${ARG1})
 same => n,Return()
[before]
exten => called,1,Set(GLOBAL(called)=${CUT(CHANNEL(name),-,1)} ${ARG1}${ARG2} ${CHANNEL(state)})
 same => n,Set(CHANNEL(hangup_handler_push)=after,s,1(called))
 same => n,Return()
exten => caller,1,Set(mine=${CHANNEL(state)})
 same => n,Return()
exten => refused,1,Hangup(21)
";

#[test]
fn hangup_handlers_run_behind_h() {
    passes(
        HANDLERS,
        "test the last one first
  caller 061 dials 100 in in
  hears welcome
  hangs up
  expect ${GLOBAL(told)} = hba
",
    );
}

#[test]
fn routines_run_before_a_phone_hears_of_its_call() {
    passes(
        HANDLERS,
        "phone PJSIP/alice answers after 3s, hangs up after 5s
test on either channel of a dial
  caller 061 dials 200 in in
  talks to PJSIP/alice
  hears goodbye
  expect ${GLOBAL(called)}, ${mine} = PJSIP/alice xy Dialing, Ring
  expect ${GLOBAL(told)} = called
test and the caller goes on where it was told to
  caller 061 dials 250 in in
  talks to PJSIP/alice
  hears goodbye
test on one that is called for an application
  caller 061 dials 300 in in
  ends
  expect ${GLOBAL(called)} ${ORIGINATE_STATUS} = PJSIP/alice xy Dialing SUCCESS
test a routine may end the call before it begins
  caller 061 dials 400 in in
  ends
  expect ${DIALSTATUS} = CONGESTION
test or that of the caller
  caller 061 dials 500 in in
  ends
",
    );
}

#[test]
fn a_directory_of_another_file_is_told_of_where_there_is_none() {
    passes(
        "[in]
exten => 100,1,Directory(default,in,c(elsewhere.conf))
 same => n,Playback(goodbye)
",
        "test there is no such file
  caller 061 dials 100 in in
  hears goodbye
  expect ${DIRECTORY_RESULT} = FAILED
",
    );
}

#[test]
fn a_moment_is_that_of_the_clock() {
    passes(
        "[in]
exten => 100,1,Set(told=${STRFTIME(,,%Y-%m-%d %H:%M)} ${STRFTIME(,UTC,%H)})
",
        "time 2026-11-23 10:00 Europe/Paris
test the clock of the rehearsal counts
  caller 061 dials 100 in in
  ends
  expect ${told} = 2026-11-23 10:00 09
",
    );
}
