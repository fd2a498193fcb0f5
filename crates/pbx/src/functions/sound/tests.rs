use call_control::{FrameKind, Report, Side};

use crate::functions::testing::Bench;

#[tokio::test]
async fn sides_are_muted_shifted_and_scrambled() {
    let mut bench = Bench::new().await;
    let call = bench.channel.call.clone();
    let effects = |side| call.sound_effects(side);
    bench.set("MUTEAUDIO(in)", "on").await;
    assert!(effects(Side::Read).muted && !effects(Side::Write).muted);
    bench.set("MUTEAUDIO(all)", "no").await;
    assert!(effects(Side::Read).is_nothing() && effects(Side::Write).is_nothing());
    bench.set("PITCH_SHIFT(both)", "high").await;
    bench.set("PITCH_SHIFT(tx)", "0.8").await;
    bench.expect(&[("${PITCH_SHIFT(rx)} ${PITCH_SHIFT(tx)}", "1.25 0.8")]).await;
    bench.set("SCRAMBLE()", "tx").await;
    assert_eq!([Side::Read, Side::Write].map(|side| effects(side).scrambled), [false, true]);
    bench.set("SCRAMBLE(both)", "").await;
    assert_eq!([Side::Read, Side::Write].map(|side| effects(side).scrambled), [true; 2]);
    bench.set("SCRAMBLE()", "remove").await;
    assert_eq!([Side::Read, Side::Write].map(|side| effects(side).scrambled), [false; 2]);
    assert_eq!(bench.warnings(), [""; 0]);
    for (target, value) in
        [("MUTEAUDIO(up)", "on"), ("MUTEAUDIO(in)", "loud"), ("PITCH_SHIFT(rx)", "9"), ("SCRAMBLE()", "all")]
    {
        bench.set(target, value).await;
        assert_eq!(bench.warnings().len(), 1, "{target}={value}");
    }
}

#[tokio::test]
async fn keys_turn_the_sides_that_were_set_with_them() {
    let mut bench = Bench::new().await;
    bench.set("VOLUME(TX,p)", "1").await;
    bench.set("VOLUME(RX)", "2").await;
    for digit in ['*', '*', '5', '#'] {
        bench.channel.call.report(Report::Digit { digit, duration_ms: 100 });
    }
    bench.expect(&[("${VOLUME(TX)} ${VOLUME(RX)}", "2 2")]).await;
    bench.set("VOLUME(TX)", "-4").await;
    bench.channel.call.report(Report::Digit { digit: '*', duration_ms: 100 });
    bench.expect(&[("${VOLUME(TX)}", "-4")]).await;
    bench.set("VOLUME(TX,x)", "1").await;
    assert_eq!(bench.warnings().len(), 1);
}

#[tokio::test]
async fn frames_are_left_out_until_others_are() {
    let mut bench = Bench::new().await;
    let call = bench.channel.call.clone();
    bench.set("FRAME_DROP(RX)", "HOLD,VOICE,FLASH").await;
    bench.expect(&[("${FRAME_DROP(RX)}|${FRAME_DROP(TX)}", "VOICE,HOLD|")]).await;
    assert_eq!(bench.warnings().len(), 1, "there is no FLASH");
    assert!(call.omitted_frames(Side::Read).has(FrameKind::Voice));
    call.report(Report::Held);
    assert!(!call.is_held());
    bench.set("FRAME_DROP(RX)", "").await;
    call.report(Report::Held);
    assert!(call.is_held());
}

#[tokio::test]
async fn holds_are_told_and_nothing_more() {
    let mut bench = Bench::new().await;
    let call = bench.channel.call.clone();
    bench.set("HOLD_INTERCEPT(set)", "").await;
    call.report(Report::Held);
    assert!(!call.is_held());
    call.report(Report::Resumed);
    bench.set("HOLD_INTERCEPT(remove)", "").await;
    call.report(Report::Held);
    assert!(call.is_held());
}

#[tokio::test]
async fn hooks_have_numbers() {
    let mut bench = Bench::new().await;
    bench.expect(&[("${PERIODIC_HOOK(phones,100,60)} ${PERIODIC_HOOK(phones,100,5)}", "1 2")]).await;
    bench.set("PERIODIC_HOOK(1)", "off").await;
    bench.set("PERIODIC_HOOK(1)", "on").await;
    assert_eq!(bench.warnings(), [""; 0]);
    bench.set("PERIODIC_HOOK(3)", "off").await;
    bench.expect(&[("[${PERIODIC_HOOK(phones,100,0)}${PERIODIC_HOOK(phones)}]", "[]")]).await;
    assert_eq!(bench.warnings().len(), 3);
}

#[tokio::test]
async fn tones_are_listened_for_where_there_is_sound() {
    let mut bench = Bench::new().await;
    bench.expect(&[("${TONE_DETECT(rx)}${TONE_DETECT(tx)}", "00")]).await;
    bench.set("TONE_DETECT(440)", "").await;
    let said = bench.warnings();
    assert!(said.len() == 1 && said[0].contains("no audio"), "{said:?}");
    bench.set("TONE_DETECT(440,500,g(nowhere,s,1))", "").await;
    bench.set("TONE_DETECT(loud)", "").await;
    assert_eq!(bench.warnings().len(), 2);
    bench.set("TONE_DETECT(0,,x)", "").await;
    assert_eq!(bench.warnings(), [""; 0]);
}
