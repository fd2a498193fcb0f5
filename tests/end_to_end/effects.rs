//! What dialplans do with the sound of a call, measured at the phones.

use audio::Pcm;
use libtest_mimic::Trial;

use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("effects::a_side_that_is_muted_is_heard_by_nobody", &["baresip"], muted),
        trial("effects::voices_are_higher_and_lower", &["baresip"], pitched),
        trial("effects::scrambled_twice_is_as_before", &["baresip"], scrambled),
        trial("effects::a_tone_sends_a_call_elsewhere", &["baresip"], detected),
        trial("effects::a_tone_that_is_silenced_is_heard_by_nobody_and_others_are", &["baresip"], silenced),
        trial("effects::both_parties_hear_a_hook", &["baresip"], hooked),
        trial("effects::keys_change_the_volume", &["baresip"], turned),
        trial("effects::what_is_left_out_does_not_arrive", &["baresip"], left_out),
    ]
}

/// Alice, who says 440 Hz, and Bob, who says 1000 Hz, at an exchange with this dialplan.
fn pair(scene: &Scene, dialplan: &str) -> Outcome<(Exchange, Baresip, Baresip)> {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(dialplan);
    let exchange = Exchange::start(scene, &folder)?;
    let alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    Ok((exchange, alice, bob))
}

/// How loud a frequency is in the last second that a phone heard.
fn loudness(phone: &Baresip, frequency: u32) -> Outcome<f64> {
    let heard = phone.heard()?;
    let start = heard.samples.len().saturating_sub(tone::RATE as usize);
    Ok(audio::goertzel::amplitude(&heard.samples[start..], heard.rate, f64::from(frequency)))
}

/// Tenths of a second in which there was so much of a frequency, whatever else there was.
fn tenths_with(heard: &Pcm, frequency: u32) -> usize {
    let amplitude = |window| audio::goertzel::amplitude(window, heard.rate, f64::from(frequency));
    heard.samples.chunks_exact(heard.rate as usize / 10).filter(|window| amplitude(window) > 1_000.0).count()
}

fn muted(scene: &Scene) -> Outcome {
    let (exchange, mut alice, bob) = pair(
        scene,
        "exten => in,1,Set(MUTEAUDIO(in)=on)\n same => n,Dial(PJSIP/bob,20)\n\
         exten => out,1,Set(MUTEAUDIO(all)=on)\n same => n,Set(MUTEAUDIO(in)=off)\n same => n,Dial(PJSIP/bob,20)\n",
    )?;
    alice.dial("in")?;
    alice.hears_nothing_but(1_000)?;
    let heard = bob.heard()?;
    ensure(tone::audible_tenths(&heard.samples) == 0, || {
        format!("nobody is to hear alice: {}", tone::describe(&heard))
    })?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()?;
    alice.dial("out")?;
    bob.hears_nothing_but(440)?;
    let heard = alice.heard()?;
    ensure(tone::audible_tenths(&heard.samples) == 0, || {
        format!("alice is to hear nothing: {}", tone::describe(&heard))
    })?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn pitched(scene: &Scene) -> Outcome {
    let (exchange, mut alice, bob) = pair(
        scene,
        "exten => bob,1,Set(PITCH_SHIFT(rx)=highest)\n same => n,Set(PITCH_SHIFT(tx)=0.5)\n same => n,Dial(PJSIP/bob,20)\n",
    )?;
    alice.dial("bob")?;
    bob.hears(880)?;
    alice.hears(500)?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn scrambled(scene: &Scene) -> Outcome {
    let (exchange, mut alice, bob) = pair(
        scene,
        "exten => once,1,Set(SCRAMBLE()=rx)\n same => n,Dial(PJSIP/bob,20)\n\
         exten => twice,1,Set(SCRAMBLE()=both)\n same => n,Dial(Local/once@${CONTEXT},20)\n",
    )?;
    alice.dial("once")?;
    bob.hears(3_560)?;
    alice.hears(1_000)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()?;
    alice.dial("twice")?;
    bob.hears(440)?;
    alice.hears(3_000)?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn detected(scene: &Scene) -> Outcome {
    let (exchange, mut alice, _bob) = pair(
        scene,
        "exten => listen,1,Answer()\n same => n,Set(TONE_DETECT(1000,500,g(wrong,1))=)\n \
         same => n,Set(TONE_DETECT(440,500,g(found,1)r)=)\n same => n,Wait(30)\n same => n,Verbose(1,it heard nothing)\n\
         exten => found,1,Verbose(1,it came ${TONE_DETECT(rx)} times and ${TONE_DETECT(tx)} back)\n \
         same => n,Set(TONE_DETECT(0,,x)=)\n same => n,WaitForTone(1000,300,1)\n \
         same => n,Verbose(1,another: ${WAITFORTONESTATUS})\n same => n,WaitForTone(440,300,20)\n \
         same => n,Verbose(1,the same: ${WAITFORTONESTATUS})\n same => n,Hangup()\n\
         exten => wrong,1,Verbose(1,it heard what nobody said)\n",
    )?;
    alice.dial("listen")?;
    exchange.says("it came 1 times and 0 back")?;
    exchange.says("another: TIMEOUT")?;
    exchange.says("the same: SUCCESS")?;
    alice.call_ends()?;
    exchange.is_idle()
}

/// Alice's tone is silenced on its way in, and bob's, which is another one, is not.
fn silenced(scene: &Scene) -> Outcome {
    let (exchange, mut alice, bob) = pair(
        scene,
        "exten => own,1,Set(TONE_DETECT(440,100,rs)=)\n same => n,Dial(PJSIP/bob,20)\n\
         exten => other,1,Set(TONE_DETECT(2600,100,rs)=)\n same => n,Dial(PJSIP/bob,20)\n",
    )?;
    alice.dial("own")?;
    alice.hears_nothing_but(1_000)?;
    let heard = bob.heard()?;
    // What came before it was known as the tone is a moment.
    ensure(tone::audible_tenths(&heard.samples) <= 1, || {
        format!("nobody is to hear the tone: {}", tone::describe(&heard))
    })?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()?;
    alice.dial("other")?;
    bob.hears(440)?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn hooked(scene: &Scene) -> Outcome {
    let beep = tone::file(scene, 1_800, std::time::Duration::from_millis(600))?.with_extension("");
    let dialplan = format!(
        "exten => bob,1,Set(ID=${{PERIODIC_HOOK(${{CONTEXT}},hook,1)}})\n same => n,Dial(PJSIP/bob,20)\n\
         exten => hook,1,Answer()\n same => n,Verbose(1,hook ${{HOOK_ID}} of ${{HOOK_CHANNEL}})\n same => n,Playback({})\n",
        beep.display()
    );
    let (exchange, mut alice, bob) = pair(scene, &dialplan)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    exchange.says("hook 1 of PJSIP/alice-00000000")?;
    for (phone, other) in [(&alice, 1_000), (&bob, 440)] {
        until("the hook to be heard twice", || {
            let heard = phone.heard()?;
            Ok((tenths_with(&heard, 1_800) >= 8 && tenths_with(&heard, other) >= 15).then_some(()))
        })?;
    }
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn turned(scene: &Scene) -> Outcome {
    let (exchange, mut alice, bob) =
        pair(scene, "exten => bob,1,Set(VOLUME(TX,p)=1)\n same => n,Dial(PJSIP/bob,20)\n")?;
    alice.dial("bob")?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    let (before, others) = (loudness(&alice, 1_000)?, loudness(&bob, 440)?);
    alice.press("###")?;
    until("the other to be softer", || Ok((loudness(&alice, 1_000)? < before / 3.0).then_some(())))?;
    alice.press("**")?;
    until("the other to be louder again", || Ok((loudness(&alice, 1_000)? > before / 2.5).then_some(())))?;
    // Some phones say nothing while they press keys.
    until("the other side to be as it was", || Ok((loudness(&bob, 440)? > others * 0.8).then_some(())))?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn left_out(scene: &Scene) -> Outcome {
    let (exchange, mut alice, mut bob) = pair(
        scene,
        "exten => bob,1,Set(FRAME_DROP(RX)=VOICE,DTMF_END)\n same => n,Dial(PJSIP/bob,20)\n\
         exten => keys,1,Answer()\n same => n,Set(FRAME_DROP(RX)=DTMF_BEGIN,DTMF_END)\n same => n,Read(KEYS,,2,,1,4)\n \
         same => n,Verbose(1,keys: [${KEYS}])\n same => n,Set(FRAME_DROP(RX)=)\n same => n,Read(KEYS,,2,,1,20)\n \
         same => n,Verbose(1,keys: [${KEYS}])\n same => n,Hangup()\n",
    )?;
    alice.dial("bob")?;
    alice.hears(1_000)?;
    let heard = bob.heard()?;
    ensure(tone::audible_tenths(&heard.samples) == 0, || {
        format!("nothing is to come from alice: {}", tone::describe(&heard))
    })?;
    alice.hang_up()?;
    bob.call_ends()?;
    bob.dial("keys")?;
    bob.is_in_call()?;
    bob.press("12")?;
    exchange.says("keys: []")?;
    bob.press("34")?;
    exchange.says("keys: [34]")?;
    bob.call_ends()?;
    exchange.is_idle()
}
