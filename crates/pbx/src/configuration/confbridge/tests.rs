use std::path::Path;

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

use super::menu::Typed;
use super::*;

fn read(text: &str) -> (ConfbridgeConfiguration, Vec<String>) {
    let path = "/etc/asterisk/confbridge.conf";
    let files = MemoryFiles::from([(path, text)]);
    let (config, mut found) = load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
    let profiles = ConfbridgeConfiguration::read(&config, &mut found);
    (profiles, found.iter().map(|finding| finding.message.clone()).collect())
}

#[test]
fn profiles_inherit_and_what_is_not_there_is_as_usual() {
    let (profiles, found) = read(
        "[general]\n[team](!)\ntype=user\nquiet=yes\npin=12\n[boss](team)\nadmin=yes\nmarked=yes\npin=99\n\
         [late]\ntype=user\ntemplate=boss\nadmin=no\ntimeout=60\nannounce_user_count_all=3\n\
         [small]\ntype=bridge\nmax_members=2\nmaximum_sample_rate=16000\nsound_join=bell\n",
    );
    assert_eq!(found, Vec::<String>::new());
    let boss = profiles.user("boss").unwrap();
    assert!(boss.admin && boss.marked && boss.quiet && boss.announce_only_user);
    assert_eq!(boss.pin.as_deref(), Some("99"));
    let late = profiles.user("late").unwrap();
    assert!(!late.admin && late.marked);
    assert_eq!(late.announce_user_count_all, CountForAll::Above(3));
    assert_eq!(late.timeout.unwrap().as_secs(), 60);
    let small = profiles.bridge("small").unwrap();
    assert_eq!((small.max_members, small.highest_rate), (Some(2), Some(16_000)));
    assert_eq!((small.sound("join"), small.sound("leave")), ("bell", "confbridge-leave"));
    assert_eq!(*profiles.user("default_user").unwrap(), UserProfile::default());
    assert!(profiles.user("nobody").is_none() && profiles.menu("default_menu").is_some());
}

#[test]
fn what_is_wrong_or_has_no_effect_is_said() {
    let (profiles, found) = read(
        "[a]\ntype=user\nadmn=yes\nmarked=perhaps\ntext_messaging=yes\nannounce_join_leave=yes\ndenoise=no\n[b]\nquiet=yes\n\
         [c]\ntype=bridge\nvideo_mode=sfu\nrecord_conference=yes\nmixing_interval=40\njitterbuffer=yes\n",
    );
    let says = |part: &str| found.iter().any(|finding| finding.contains(part));
    for part in [
        "'admn' is no key",
        "'perhaps' is not yes or no",
        "[b] of confbridge.conf has no type",
        "video_mode has no effect",
        "mixing_interval",
        "text_messaging",
        "jitterbuffer",
    ] {
        assert!(says(part), "{part}: {found:?}");
    }
    assert_eq!((found.len(), says("denoise"), says("record")), (7, false, false));
    let user = profiles.user("a").unwrap();
    assert!(!user.marked && user.announce_join_leave && !user.denoise);
    let bridge = profiles.bridge("c").unwrap();
    assert!(bridge.records && bridge.record_append && bridge.record_timestamp);
}

#[test]
fn menus_know_what_could_still_be_typed() {
    let (profiles, found) = read(
        "[m]\ntype=menu\n*=playback_and_continue(conf-usermenu&beep)\n*1=toggle_mute\n1=toggle_mute\n\
         8=leave_conference\n4=decrease_listening_volume,participant_count\n9=dialplan_exec(a,b,1)\n7=fly\n",
    );
    assert_eq!(found.len(), 2, "{found:?}");
    let menu = profiles.menu("m").unwrap();
    let help =
        MenuAction::Playback { files: vec!["conf-usermenu".to_owned(), "beep".to_owned()], reads_keys: true };
    assert_eq!(menu.typed("*"), Typed::MayGoOn(Some(&[help])));
    assert_eq!(menu.typed("*1"), Typed::Entry(&[MenuAction::ToggleMute]));
    assert_eq!(
        menu.typed("4"),
        Typed::Entry(&[MenuAction::ListeningVolume(Some(-1)), MenuAction::ParticipantCount])
    );
    assert_eq!(menu.typed("5"), Typed::Nothing);
    assert_eq!(menu.typed("7"), Typed::Nothing);
}
