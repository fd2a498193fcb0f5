use std::path::Path;

use asterisk_conf::MemoryFiles;
use call_control::{LocationFormat, ProfilePrecedence};
use sip_ua::geopriv::PidfElement;

use crate::configuration::{Configuration, Folders};

fn load(geolocation: &str, endpoint: &str) -> (Configuration, String) {
    let pjsip =
        format!("[u]\ntype=transport\nbind=0.0.0.0\n[alice]\ntype=endpoint\nallow=ulaw\n{endpoint}\n");
    let mut files = MemoryFiles::new();
    files.insert("/srv/etc/pjsip.conf", pjsip);
    files.insert("/srv/etc/geolocation.conf", geolocation);
    files.insert("/srv/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
    (configuration.expect("it would start"), report.render(false))
}

const BUILDING: &str = "[building]\ntype=location\nformat=civicAddress\nmethod=Manual\n\
    location_info=country=US, A1=\"New York\"\nlocation_info=HNO=1633, RD=46th\nconfidence=pdf=normal,value=95\n";

#[test]
fn locations_and_profiles_are_read_with_the_defaults_of_asterisk() {
    let profiles = "[plain]\ntype=profile\nlocation_reference=building\n\
        [full]\ntype=profile\nlocation_reference=building\nlocation_info_refinement=FLR=${FLOOR}\n\
        location_variables=FLOOR=4\npidf_element=person\npidf_element_id=me\ndevice_id=mac:1\nnotes=for help\n\
        allow_routing_use=yes\nsuppress_empty_ca_elements=yes\nprofile_precedence=prefer_config\n\
        usage_rules=retransmission-allowed=yes,retention-expires=\"2030-01-01T00:00:00Z\"\n\
        [own]\ntype=profile\nformat=URI\nlocation_info=URI=https://h/?n=${EXTEN}\nlocation_source=geo.example.com\n";
    let endpoint = "geoloc_incoming_call_profile=full\ngeoloc_outgoing_call_profile=<prefer_incoming>";
    let (configuration, report) = load(&format!("{BUILDING}{profiles}"), endpoint);
    assert!(!report.contains("geolocation.conf") && !report.contains("geoloc_"), "{report}");
    let geolocation = &configuration.geolocation;
    let building = &geolocation.locations["building"];
    assert_eq!((building.format, building.method.as_str()), (LocationFormat::CivicAddress, "Manual"));
    assert_eq!(building.info.len(), 4);
    assert_eq!(building.info[3].1.text, "46th");
    let plain = geolocation.profile("plain").unwrap();
    assert_eq!(
        (plain.pidf_element, plain.precedence),
        (PidfElement::Device, ProfilePrecedence::DiscardIncoming)
    );
    assert!(!plain.allow_routing_use && !plain.suppress_empty_ca_elements && plain.has_location());
    let full = geolocation.profile("full").unwrap();
    assert_eq!((full.pidf_element, full.precedence), (PidfElement::Person, ProfilePrecedence::PreferConfig));
    assert!(full.allow_routing_use && full.suppress_empty_ca_elements && full.refinement[0].1.is_template);
    assert_eq!((full.notes.text.as_str(), full.usage_rules.len()), ("for help", 2));
    let own = geolocation.profile("own").unwrap();
    assert_eq!((own.format, own.location_source.as_str()), (Some(LocationFormat::Uri), "geo.example.com"));
    for (name, precedence) in ProfilePrecedence::ALL {
        let built_in = geolocation.profile(&format!("<{name}>")).unwrap();
        assert_eq!((built_in.precedence, built_in.has_location()), (precedence, false));
    }
    assert_eq!(geolocation.profile("<prefer_nobody>"), None);
}

#[test]
fn what_cannot_be_meant_is_told_at_its_place() {
    let told = |text: &str, place: &str, words: &str| {
        let (_, report) = load(text, "");
        assert!(report.contains(words), "{words}: {report}");
        assert!(report.contains(&format!("geolocation.conf:{place}")), "{place}: {report}");
    };
    told("[a]\ntype=place\n", "2:6", "there is no type 'place'");
    told("[a]\nformat=GML\n", "1:2", "[a] has no type");
    told("[a]\ntype=location\nlocation_info=A1=x\n", "1:2", "has no format");
    told("[a]\ntype=location\nformat=URL\nlocation_info=URI=x\n", "3:8", "did you mean `URI`");
    told("[a]\ntype=location\nformat=GML\n", "1:2", "has no location_info");
    told(
        "[a]\ntype=location\nformat=GML\nlocation_info=shape=Circle,pos=\"1 2\"\n",
        "4:15",
        "a Circle needs radius",
    );
    told("[a]\ntype=location\nformat=URI\nlocation_info=URL=x\n", "4:15", "no URI is given");
    told("[a]\ntype=location\nformat=civicAddress\nlocation_info=POBX=1\n", "4:15", "did you mean `POBOX`");
    told("[a]\ntype=location\nformat=civicAddress\nlocation_info=ROOM\n", "4:15", "'ROOM' is no name=value");
    told(&format!("{BUILDING}location_source=192.0.2.1\n"), "8:17", "no host name");
    told("[a]\ntype=profile\nlocation_reference=bilding\n", "3:20", "there is no location 'bilding'");
    told("[a]\ntype=profile\nlocation_refinement=FLR=1\n", "3:1", "write location_info_refinement=");
    told("[a]\ntype=profile\nusage_rules=keep=no\n", "3:13", "'keep' is no rule");
    told("[a]\ntype=profile\nconfidence=pdf=even\n", "3:12", "says nothing of confidence");
    told("[a]\ntype=profile\nmethod=GSP\n", "3:8", "did you mean `GPS`");
    let both = format!(
        "{BUILDING}[a]\ntype=profile\nlocation_reference=building\nformat=URI\nlocation_info=URI=x:y\n"
    );
    told(&both, "11:8", "names a location and has one of its own");
}

#[test]
fn endpoints_name_profiles_that_are_there() {
    let (_, report) = load("[alices]\ntype=profile\n", "geoloc_incoming_call_profile=alice");
    assert!(report.contains("geolocation.conf has no profile 'alice'"), "{report}");
    assert!(report.contains("pjsip.conf:7:30") && report.contains("did you mean `alices`"), "{report}");
}

#[test]
fn a_shape_with_variables_is_not_judged() {
    let text = "[a]\ntype=location\nformat=GML\nlocation_info=shape=Circle,pos=\"${LAT} ${LON}\",radius=5\n";
    let (configuration, report) = load(text, "");
    assert!(
        !report.contains("location_info") && configuration.geolocation.locations.contains_key("a"),
        "{report}"
    );
}

#[test]
fn the_seed_of_the_fuzz_target_is_read_without_a_word() {
    let seed = include_str!("../../../../../fuzz/seeds/geolocation_conf/all");
    crate::configuration::fuzzing::geolocation_conf(seed.as_bytes());
    let (configuration, report) = load(seed, "geoloc_incoming_call_profile=a");
    assert!(!report.contains("geolocation.conf"), "{report}");
    assert_eq!((configuration.geolocation.locations.len(), configuration.geolocation.profiles.len()), (2, 2));
}

proptest::proptest! {
    #[test]
    fn whatever_is_written_is_read_or_told(
        lines in proptest::collection::vec("(type|format|location_info|usage_rules|method|location_reference)=[a-zA-Z=,\" ]{0,20}", 0..8),
    ) {
        crate::configuration::fuzzing::geolocation_conf(format!("[a]\n{}\n", lines.join("\n")).as_bytes());
    }
}
