//! Groups of endpoints, and the number that takes calls.

use std::path::Path;

use asterisk_conf::MemoryFiles;
use call_control::PickupGroups;

use super::{Configuration, Folders};

fn load(name: &str, text: &str, features: &str) -> (Configuration, String) {
    let files = MemoryFiles::from([
        (format!("/pbx/etc/{name}").as_str(), text),
        ("/pbx/etc/features.conf", features),
        ("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n"),
    ]);
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    let shown = report.render(false);
    (configuration.unwrap_or_else(|| panic!("{shown}")), shown)
}

fn groups(configuration: &Configuration) -> [String; 2] {
    let PickupGroups { of_calls, to_take } = &*configuration.sip.endpoints["a"].pickup_groups;
    [of_calls.to_string(), to_take.to_string()]
}

#[test]
fn endpoints_are_in_groups_in_every_dialect() {
    let pjsip = "[a]\ntype=endpoint\nallow=ulaw\nauth=a\ncall_group=1,3-4\nnamed_call_group=sales\npickup_group=0\n\
                 named_pickup_group=sales, service\n[a]\ntype=auth\npassword=5f4dcc3b5aa765d6\nusername=a\n";
    let (configuration, shown) = load("pjsip.conf", pjsip, "");
    assert_eq!(groups(&configuration), ["1,3,4,sales", "0,sales,service"]);
    assert!(!shown.contains("no effect"), "{shown}");
    let sip = "[general]\nallowguest=no\n[a]\ntype=friend\nhost=dynamic\nsecret=5f4dcc3b5aa765d6\ncallgroup=1\n\
               pickupgroup=1-2\nnamedcallgroup=x\nnamedpickupgroup=y\n";
    let (configuration, shown) = load("sip.conf", sip, "");
    assert_eq!(groups(&configuration), ["1,x", "1,2,y"]);
    assert!(!shown.contains("no effect"), "{shown}");
}

#[test]
fn what_is_no_group_is_told_and_left_out() {
    let (configuration, shown) = load("pjsip.conf", "[a]\ntype=endpoint\nallow=ulaw\ncall_group=1,64\n", "");
    assert_eq!(groups(&configuration)[0], "");
    assert!(shown.contains("'64' is no group") && shown.contains("pjsip.conf:4:"), "{shown}");
}

#[test]
fn the_number_that_takes_calls_is_a_choice() {
    let features = |text: &str| load("pjsip.conf", "[a]\ntype=endpoint\nallow=ulaw\n", text).0.features;
    assert_eq!(features("").pickup_extension.as_deref(), Some("*8"));
    assert_eq!(features("[general]\npickupexten = *88\n").pickup_extension.as_deref(), Some("*88"));
    assert_eq!(features("[general]\npickupexten =\n").pickup_extension, None);
    let sounds = features("[general]\npickupsound=beep\npickupfailsound=beeperr\n");
    assert_eq!(sounds.pickup_sound.zip(sounds.pickup_fail_sound), Some(("beep".into(), "beeperr".into())));
}
