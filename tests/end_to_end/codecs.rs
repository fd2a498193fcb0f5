//! Phones of different codecs: what is said in one is heard in the other, and what both speak is passed on as it came.

use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("codecs::phones_of_any_two_codecs_hear_each_other", &["baresip"], pairs),
        trial("codecs::a_wideband_phone_hears_sounds_and_itself", &["baresip"], sounds),
    ]
}

/// What one phone speaks and what the other, with the names that the exchange has for them. baresip packs G.726 as AAL2
/// does.
const PAIRS: &[(&str, &str, &str, &str)] = &[
    ("G722/16000/1", "G722", "PCMU/8000/1", "PCMU"),
    ("L16/16000/1", "L16", "PCMA/8000/1", "PCMA"),
    ("GSM/8000/1", "GSM", "G722/16000/1", "G722"),
    ("opus/48000/2", "opus", "PCMU/8000/1", "PCMU"),
    ("G726-32/8000/1", "G726-32", "opus/48000/2", "opus"),
    ("G722/16000/1", "G722", "G722/16000/1", "G722"),
];

fn pairs(scene: &Scene) -> Outcome {
    let mut folder = Folder::new(scene)?;
    for call in 0..PAIRS.len() {
        folder = folder
            .phone_with(
                &format!("alice{call}"),
                "allow=!all,opus,g722,slin16,slin48,gsm,g726,ulaw,alaw\ng726_non_standard=yes",
            )
            .phone_with(&format!("bob{call}"), "allow=!all,ulaw,alaw,g722,slin16,slin48,gsm,g726,opus");
    }
    let exchange = Exchange::start(scene, &folder.dialplan("exten => _bob!,1,Dial(PJSIP/${EXTEN},20)"))?;
    for (call, (hers, her_codec, his, his_codec)) in PAIRS.iter().enumerate() {
        let (her, him) = (format!("alice{call}"), format!("bob{call}"));
        let mut alice = Baresip::named(scene, &her, 440).codecs(hers).register_at(&exchange)?;
        let bob = Baresip::named(scene, &him, 1_000).codecs(his).register_at(&exchange)?;
        alice.dial(&him)?;
        alice.is_in_call()?;
        bob.is_in_call()?;
        alice.hears_nothing_but(1_000)?;
        bob.hears_nothing_but(440)?;
        for (place, (name, codec)) in [(her, her_codec), (him, his_codec)].into_iter().enumerate() {
            let shown =
                exchange.console(&format!("core show channel PJSIP/{name}-{:08x}", 2 * call + place))?;
            ensure(shown.lines().any(|line| line.contains("Codec:") && line.contains(codec)), || {
                format!("{name} should speak {codec}:\n{shown}")
            })?;
        }
        alice.hang_up()?;
        bob.call_ends()?;
        exchange.is_idle()?;
    }
    Ok(())
}

fn sounds(scene: &Scene) -> Outcome {
    let tone = crate::harness::tone::file(scene, 700, std::time::Duration::from_secs(3))?;
    let tone = tone.with_extension("");
    let folder = Folder::new(scene)?.phone_with("alice", "allow=!all,g722").dialplan(&format!(
        "exten => sound,1,Answer()\n same => n,Playback({})\nexten => echo,1,Answer()\n same => n,Echo()",
        tone.display()
    ));
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).codecs("G722/16000/1").register_at(&exchange)?;
    alice.dial("sound")?;
    alice.is_in_call()?;
    alice.hears_nothing_but(700)?;
    alice.call_ends()?;
    alice.dial("echo")?;
    alice.is_in_call()?;
    alice.hears_nothing_but(440)?;
    alice.hang_up()?;
    exchange.is_idle()
}
