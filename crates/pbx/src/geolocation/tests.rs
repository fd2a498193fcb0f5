use bytes::Bytes;
use call_control::sip::ConveyedPlace;
use call_control::{LocationFormat, LocationProfile, Setting};
use sip_ua::geopriv::{Location, LocationObject, PidfElement};

use super::incoming::{self, IncomingError};
use super::resolution::Resolved;
use super::telling;
use super::*;

fn invite(headers: &str, body: &str) -> Message {
    let text = format!(
        "INVITE sip:911@pbx SIP/2.0\r\n{headers}Content-Type: multipart/mixed;boundary=b\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    Message::parse(Bytes::from(text)).unwrap()
}

const BODY: &str = "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\
    --b\r\nContent-Type: application/pidf+xml\r\nContent-ID: <here@phone>\r\n\r\n\
    <presence entity=\"pres:a@h\"><person id=\"p1\"><geopriv><location-info><civicAddress><country>FR</country>\
    <A3>${SHELL(reboot)}</A3></civicAddress></location-info><usage-rules><retransmission-allowed>yes\
    </retransmission-allowed></usage-rules><method>DHCP</method></geopriv></person></presence>\r\n--b--\r\n";

#[test]
fn a_location_by_value_is_read_and_is_no_template() {
    let headers = "Geolocation: <cid:here@phone>;loc-src=geo.example.com\r\nGeolocation-Routing: yes\r\n";
    let profile = incoming::profile_of(&invite(headers, BODY)).unwrap().unwrap();
    assert_eq!((profile.format, profile.method.as_str()), (Some(LocationFormat::CivicAddress), "DHCP"));
    assert_eq!(profile.location_info[1], ("A3".to_owned(), Setting::literal("${SHELL(reboot)}")));
    assert_eq!((profile.pidf_element, profile.pidf_element_id.text.as_str()), (PidfElement::Person, "p1"));
    assert_eq!(profile.usage_rules, [("retransmission-allowed".to_owned(), Setting::literal("yes"))]);
    assert!(profile.allow_routing_use && profile.inheritable);
    assert_eq!(profile.location_source, "geo.example.com");
    let escaped = "Geolocation: <CID:here%40phone>\r\n";
    assert!(matches!(incoming::profile_of(&invite(escaped, BODY)), Ok(Some(_))));
    let broken = "Geolocation: <cid:here%4>, <cid:%>, <cid:%zz>\r\n";
    assert!(matches!(incoming::profile_of(&invite(broken, BODY)), Err(IncomingError::NoPart(_))));
}

#[test]
fn the_first_location_that_can_be_used_counts() {
    let headers = "Geolocation: <cid:elsewhere@phone>, <https://geo.example.com/1>;loc-src=192.0.2.1\r\n";
    let profile = incoming::profile_of(&invite(headers, BODY)).unwrap().unwrap();
    assert_eq!(profile.format, Some(LocationFormat::Uri));
    assert_eq!(profile.location_info[0].1.text, "https://geo.example.com/1");
    assert!(!profile.allow_routing_use && profile.location_source.is_empty());
    assert_eq!(incoming::profile_of(&invite("", BODY)), Ok(None));
    let lost = incoming::profile_of(&invite("Geolocation: <cid:elsewhere@phone>\r\n", BODY));
    assert!(matches!(lost, Err(IncomingError::NoPart(_))));
    let odd = BODY.replace("civicAddress", "Cube");
    let odd = incoming::profile_of(&invite("Geolocation: <cid:here@phone>\r\n", &odd));
    assert!(matches!(odd, Err(IncomingError::Document(_))));
}

fn resolved(format: LocationFormat, location: &[(&str, &str)]) -> Resolved {
    let location = location.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Resolved { format: Some(format), location, method: "GPS".to_owned(), ..Resolved::default() }
}

#[test]
fn a_document_is_told_with_its_entity_and_its_end() {
    let profile = LocationProfile::new("p");
    let resolved = resolved(LocationFormat::Gml, &[("shape", "Point"), ("pos", "1 2")]);
    let told = telling::conveyed(&profile, &resolved, "\"A\" <sip:+331@192.0.2.1>").unwrap().unwrap();
    let ConveyedPlace::Document(document) = told.place else { panic!("a document") };
    let object = LocationObject::parse(document.as_bytes()).unwrap();
    assert_eq!((object.entity.as_str(), object.method.as_str()), ("pres:+331@192.0.2.1", "GPS"));
    assert!(matches!(object.location, Location::Shape(_)) && !object.retransmission_allowed);
    assert!(object.retention_expires > object.timestamp && object.timestamp.ends_with('Z'), "{document}");
}

#[test]
fn what_cannot_be_told_is_not_told() {
    let profile = LocationProfile::new("p");
    let said = |format, location: &[(&str, &str)]| {
        telling::conveyed(&profile, &resolved(format, location), "<sip:a@b>").map(|told| told.is_some())
    };
    assert_eq!(said(LocationFormat::Uri, &[("URI", "https://h/?a=b")]), Ok(true));
    assert!(said(LocationFormat::Uri, &[("URL", "https://h")]).is_err());
    assert!(said(LocationFormat::Uri, &[("URI", "https://h>, <sip:evil")]).is_err());
    assert!(said(LocationFormat::Uri, &[("URI", "nowhere")]).is_err());
    assert!(said(LocationFormat::Gml, &[("shape", "Circle"), ("pos", "1 2")]).is_err());
    assert_eq!(telling::conveyed(&profile, &Resolved::default(), ""), Ok(None));
}
