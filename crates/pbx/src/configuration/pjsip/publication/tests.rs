use std::path::Path;

use asterisk_conf::MemoryFiles;

use super::*;
use crate::configuration::{Configuration, Folders};

fn load(pjsip: &str) -> (Configuration, String) {
    let files =
        MemoryFiles::from([("/srv/etc/pjsip.conf", pjsip), ("/srv/etc/extensions.conf", "[default]\n")]);
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
    (configuration.expect("it would start"), report.render(false))
}

#[test]
fn exchanges_that_share_states_are_read_without_a_word() {
    let (configuration, report) = load(
        "[udp]\ntype=transport\nbind=127.0.0.1\n\
         [west]\ntype=endpoint\nallow=ulaw\n\
         [west-devices]\ntype=outbound-publish\nserver_uri=sip:east@192.0.2.1\nevent=asterisk-devicestate\n\
         @device_state_filter=^PJSIP/\n\
         [west-mwi]\ntype=outbound-publish\nserver_uri=<sip:east@192.0.2.1>\nevent=asterisk-mwi\n\
         [west]\ntype=inbound-publication\nendpoint=west\nevent_asterisk-devicestate=west\nevent_asterisk-mwi=west\n\
         [west]\ntype=asterisk-publication\ndevicestate_publish=west-devices\nmailboxstate_publish=west-mwi\n\
         device_state=yes\nmailbox_state=yes\nmailbox_state_filter=^1000\n",
    );
    let said: Vec<&str> = report.lines().filter(|line| line.contains("publi")).collect();
    assert!(said.is_empty(), "{report}");
    let sip = &configuration.sip;
    let devices = &sip.outbound_publishes["west-devices"];
    assert_eq!((&*devices.from_uri, &*devices.to_uri), ("sip:east@192.0.2.1", "sip:east@192.0.2.1"));
    assert_eq!((devices.expiration, devices.max_auth_attempts, devices.multi_user), (3_600, 5, false));
    let Published::Devices { filter: Some(filter) } = &devices.published else { panic!("{devices:?}") };
    assert!(filter.fits("PJSIP/a") && !filter.fits("Custom:a"));
    assert_eq!(sip.outbound_publishes["west-mwi"].published.event(), "asterisk-mwi");
    let taken = &sip.asterisk_publications["west"];
    assert!(taken.device_state && taken.device_state_filter.is_none());
    assert!(taken.mailbox_state_filter.as_ref().is_some_and(|filter| !filter.fits("200@default")));
    let inbound = &sip.inbound_publications["west"];
    assert_eq!((inbound.devices.as_deref(), inbound.mailboxes.as_deref()), (Some("west"), Some("west")));
}

#[test]
fn hints_are_published_in_a_form_that_their_package_has() {
    let (configuration, report) = load(
        "[a]\ntype=outbound-publish\nserver_uri=sip:192.0.2.1\nevent=dialog\nmulti_user=yes\n\
         @body=application/dialog-info+xml\n@context=^users\n@exten=(\n\
         [b]\ntype=outbound-publish\nserver_uri=sip:192.0.2.1\nevent=presence\n@body=application/dialog-info+xml\n\
         [c]\ntype=outbound-publish\nserver_uri=sip:192.0.2.1\nevent=dialog\n\
         [d]\ntype=outbound-publish\nserver_uri=sip:192.0.2.1\nevent=presense\n\
         [e]\ntype=outbound-publish\nevent=asterisk-mwi\n\
         [f]\ntype=outbound-publish\nserver_uri=192.0.2.1\nevent=asterisk-mwi\n",
    );
    assert_eq!(configuration.sip.outbound_publishes.keys().collect::<Vec<_>>(), ["a"]);
    let Published::Extensions { package, content_type, context, extension } =
        &configuration.sip.outbound_publishes["a"].published
    else {
        panic!("{report}")
    };
    assert_eq!((*package, *content_type), ("dialog", "application/dialog-info+xml"));
    assert!(context.as_ref().is_some_and(|context| context.fits("users")));
    assert!(extension.as_ref().is_some_and(|extension| !extension.fits("") && !extension.fits("100")));
    for said in [
        "'(' is no regular expression, so nothing passes it",
        "[b] is left out: documents of presence are not written as 'application/dialog-info+xml'",
        "[c] is left out: event=dialog has to say the form",
        "[d] is left out: nothing is published of the event 'presense'",
        "[e] is left out: it has no server_uri",
        "'192.0.2.1' is of no use",
    ] {
        assert!(report.contains(said), "{said}\n{report}");
    }
}

#[test]
fn names_that_name_nothing_are_told() {
    let (_, report) = load(
        "[udp]\ntype=transport\nbind=127.0.0.1\n\
         [mwi]\ntype=outbound-publish\nserver_uri=sip:east@192.0.2.1\nevent=asterisk-mwi\noutbound_auth=x\n\
         transport=tcp\nmulti_user=yes\n\
         [in]\ntype=inbound-publication\nendpoint=nobody\nevent_asterisk-devicestate=tkae\n\
         event_asterisk-mwi=take\n\
         [empty]\ntype=inbound-publication\n\
         [take]\ntype=asterisk-publication\ndevicestate_publish=mwi\nmailboxstate_publish=mwl\ndevice_state=yes\n",
    );
    for said in [
        "outbound-publish [mwi]: there is no type=auth section 'x'",
        "outbound-publish [mwi]: there is no transport 'tcp'",
        "outbound-publish [mwi]: multi_user has no effect",
        "inbound-publication [in]: there is no endpoint 'nobody'",
        "inbound-publication [in]: there is no type=asterisk-publication section 'tkae'",
        "inbound-publication [in]: [take] takes no states of mailboxes",
        "inbound-publication [empty] names no event",
        "inbound-publication [empty]: any endpoint may publish to it",
        "asterisk-publication [take]: [mwi] publishes asterisk-mwi",
        "asterisk-publication [take]: there is no type=outbound-publish section 'mwl'",
    ] {
        assert!(report.contains(said), "{said}\n{report}");
    }
}
