//! What goes along with the audio passes as it came, and what is said of it goes back.

use rtp::rtcp::feedback::{Feedback, FeedbackPacket, FullPictureRequests, MissingPackets};
use rtp::rtcp::{Compound, CompoundWriter, Packet as ControlPacket};

use super::*;
use crate::passage::{Passage, PassedFormat, PassedRole, PictureRequest};

const CAMERA: u32 = 9;
const OURS: u32 = 0x5EED;

const VP8: u64 = 1;
const TEXT: u64 = 2;
const RED: u64 = 3;
const FEC: u64 = 4;

fn format(name: u64, send: u8, receive: u8) -> PassedFormat {
    let role = match name {
        RED => PassedRole::Redundant,
        FEC => PassedRole::Correction,
        _ => PassedRole::Data,
    };
    PassedFormat { name, send, receive, role }
}

/// A leg that passes on these formats.
fn passing(formats: &[PassedFormat], pictures: PictureRequest) -> Bench {
    let mut bench = Bench::new(LegSettings::new(Some(peer()), Codec::Pcmu));
    let passage = Passage { formats: formats.to_vec(), clock_rate: 90_000, pictures };
    let settings =
        LegSettings { direction: Direction::SendRecv, ..LegSettings::new(Some(peer()), Codec::Pcmu) };
    bench.leg.configure_passage(bench.now, settings, passage);
    bench
}

fn video(pictures: PictureRequest) -> (Bench, Bench) {
    (passing(&[format(VP8, 97, 96)], pictures), passing(&[format(VP8, 100, 98)], PictureRequest::Loss))
}

fn carried(from: &mut Bench, to: &mut Bench, mut packet: Vec<u8>) -> Option<Vec<u8>> {
    let heard = from.hear(&packet)?;
    let blocks = from.leg.blocks(&heard, &packet)?;
    let outgoing = to.leg.relay_passed(to.now, &heard, &blocks, &mut packet)?;
    assert_eq!(outgoing.to, peer());
    packet.truncate(outgoing.length);
    Some(packet)
}

/// RTCP of a peer with this feedback alone.
fn control(media: u32, feedback: &Feedback<'_>) -> Vec<u8> {
    let mut octets = vec![0; 200];
    let mut writer = CompoundWriter::new(&mut octets);
    writer.receiver_report(77, &[]).unwrap();
    writer.feedback(77, media, feedback).unwrap();
    let length = writer.finish();
    octets.truncate(length);
    octets
}

/// What becomes of it on the other side: sender, source, and what is said.
fn said(to: &Bench, from: &mut Bench, control: &[u8]) -> Option<String> {
    let mut octets = [0; 512];
    let outgoing = to.leg.carry_feedback(control, &mut from.leg, &mut octets)?;
    let compound = Compound::parse(&octets[..outgoing.length]).unwrap();
    let mut feedback = compound.packets().filter_map(|packet| match packet {
        ControlPacket::Feedback(feedback) => Some(feedback),
        _ => None,
    });
    let FeedbackPacket { sender, media, feedback: what } = feedback.next()?;
    assert_eq!((sender, feedback.next()), (OURS, None));
    Some(match what {
        Feedback::Missing(missing) => format!("{media} misses {:?}", missing.iter().collect::<Vec<_>>()),
        Feedback::PictureLoss => format!("{media} lost a picture"),
        Feedback::FullPicture(requests) => format!("asks {:?}", requests.iter().collect::<Vec<_>>()),
        Feedback::Other { format, content, .. } => format!("{media} {format} {content:?}"),
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_packet_goes_on_whole_with_its_marker_and_padding() {
    let (mut a, mut b) = video(PictureRequest::Loss);
    let mut packet = a.packet(96, &[1, 2, 3, 0, 0, 3]);
    packet[0] |= 0x20;
    let first = carried(&mut a, &mut b, packet.clone()).unwrap();
    let parsed = Packet::parse(&first).unwrap();
    assert_eq!((parsed.ssrc(), parsed.payload_type(), parsed.payload()), (OURS, 100, &[1, 2, 3][..]));
    assert!(!parsed.marker(), "it ends no picture, whoever begins to see it");
    assert_eq!((first.len(), first[0] & 0x20), (packet.len(), 0x20));
    let mut last = a.packet(96, &[4]);
    last[1] |= 0x80;
    let last = carried(&mut a, &mut b, last).unwrap();
    let parsed = Packet::parse(&last).unwrap();
    assert_eq!((parsed.marker(), parsed.sequence()), (true, 501));
}

#[test]
fn formats_that_the_other_has_not_stay_out_and_do_not_look_lost() {
    let mut a = passing(&[format(VP8, 97, 96), format(TEXT, 99, 99)], PictureRequest::Loss);
    let mut b = passing(&[format(VP8, 100, 98)], PictureRequest::Loss);
    let [first, other, second, strange] = [96, 99, 96, 50].map(|number| a.packet(number, &[1]));
    let number = |packet: Option<Vec<u8>>| Packet::parse(&packet?).ok().map(|packet| packet.sequence());
    assert_eq!(number(carried(&mut a, &mut b, first)), Some(500));
    assert_eq!(number(carried(&mut a, &mut b, other)), None);
    assert_eq!(number(carried(&mut a, &mut b, second)), Some(501));
    assert!(a.hear(&strange).is_none(), "nobody has agreed on it");
}

#[test]
fn redundant_data_names_the_numbers_of_its_listener() {
    let mut a = passing(&[format(TEXT, 99, 98), format(RED, 101, 100)], PictureRequest::None);
    let mut b = passing(&[format(TEXT, 110, 111), format(RED, 112, 113)], PictureRequest::None);
    // Two generations of three octets before one of two.
    let payload =
        [0x80 | 98, 0, 4, 3, 0x80 | 98, 0, 2, 3, 98, b'a', b'b', b'c', b'd', b'e', b'f', b'g', b'h'];
    let packet = a.packet(100, &payload);
    let sent = carried(&mut a, &mut b, packet).unwrap();
    let sent = Packet::parse(&sent).unwrap();
    let mut expected = payload;
    (expected[0], expected[4], expected[8]) = (0x80 | 110, 0x80 | 110, 110);
    assert_eq!((sent.payload_type(), sent.payload()), (112, &expected[..]));
    for broken in [&[0x80 | 98, 0, 4, 3][..], &[97, 1], &[], &[0x80 | 98; 41]] {
        let packet = a.packet(100, broken);
        assert_eq!(carried(&mut a, &mut b, packet), None, "{broken:?}");
    }
    let mut without = passing(&[format(VP8, 110, 111), format(RED, 112, 113)], PictureRequest::None);
    let packet = a.packet(100, &payload);
    assert_eq!(carried(&mut a, &mut without, packet), None, "it could not be read there");
}

#[test]
fn the_first_packet_of_a_source_asks_it_for_a_picture() {
    for (pictures, expected) in [
        (PictureRequest::Loss, Some("9 lost a picture")),
        (PictureRequest::Full, Some("asks [(9, 0)]")),
        (PictureRequest::None, None),
    ] {
        let (mut a, mut b) = video(pictures);
        let packet = a.packet(96, &[1]);
        carried(&mut a, &mut b, packet).unwrap();
        assert!(b.leg.has_new_source() && !b.leg.has_new_source());
        let mut octets = [0; 200];
        let length = a.leg.request_picture(&mut octets).map(|outgoing| outgoing.length);
        let compound = length.map(|length| Compound::parse(&octets[..length]).unwrap());
        let asked = compound.and_then(|compound| compound.packets().last()).map(|packet| match packet {
            ControlPacket::Feedback(FeedbackPacket { media, feedback: Feedback::PictureLoss, .. }) => {
                format!("{media} lost a picture")
            }
            ControlPacket::Feedback(FeedbackPacket { feedback: Feedback::FullPicture(requests), .. }) => {
                format!("asks {:?}", requests.iter().collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        });
        assert_eq!(asked.as_deref(), expected);
        b.leg.splice();
        assert!(b.leg.has_new_source(), "another bridge begins");
    }
}

#[test]
fn feedback_is_said_of_the_source_in_its_own_numbers() {
    let (mut a, mut b) = video(PictureRequest::Loss);
    for _ in 0..20 {
        let packet = a.packet(96, &[1]);
        carried(&mut a, &mut b, packet).unwrap();
    }
    // Number 101 became 500.
    let missing = Feedback::Missing(MissingPackets::new(&[0x01, 0xF6, 0, 3]).unwrap());
    assert_eq!(said(&b, &mut a, &control(OURS, &missing)).as_deref(), Some("9 misses [103, 104, 105]"));
    let unsent = Feedback::Missing(MissingPackets::new(&[0x02, 0xF6, 0, 0]).unwrap());
    assert_eq!(said(&b, &mut a, &control(OURS, &unsent)), None);
    assert_eq!(said(&b, &mut a, &control(OURS, &Feedback::PictureLoss)).as_deref(), Some("9 lost a picture"));
    assert_eq!(said(&b, &mut a, &control(78, &Feedback::PictureLoss)), None, "of another stream");
    let [w, x, y, z] = OURS.to_be_bytes();
    let full = [w, x, y, z, 4, 0, 0, 0];
    let full = Feedback::FullPicture(FullPictureRequests::new(&full).unwrap());
    let asked = said(&b, &mut a, &control(0, &full));
    assert_eq!(asked.as_deref(), Some("9 lost a picture"), "in the way that the source takes");
    let bit_rate = [b'R', b'E', b'M', b'B', 2, 1, 2, 3, w, x, y, z, 0, 0, 0, 5];
    let limit = [w, x, y, z, 1, 2, 3, 4];
    let other = |is_transport, format, content| Feedback::Other { is_transport, format, content };
    assert_eq!(
        said(&b, &mut a, &control(0, &other(false, 15, &bit_rate))).as_deref(),
        Some("0 15 [82, 69, 77, 66, 1, 1, 2, 3, 0, 0, 0, 9]")
    );
    assert_eq!(
        said(&b, &mut a, &control(0, &other(true, 3, &limit))).as_deref(),
        Some("0 3 [0, 0, 0, 9, 1, 2, 3, 4]")
    );
    assert_eq!(said(&b, &mut a, &control(OURS, &other(true, 15, &[1; 12]))), None, "it counts the transport");
    assert_eq!(CAMERA, a.leg.incoming.as_ref().map_or(0, |incoming| incoming.reception.ssrc()));
}

#[test]
fn feedback_is_noticed_once() {
    let (mut a, _) = video(PictureRequest::Loss);
    let packet = a.packet(96, &[1]);
    a.hear(&packet);
    let now = a.now;
    assert!(!a.leg.has_feedback());
    a.leg.hear_rtcp(now, peer(), &control(1, &Feedback::PictureLoss));
    assert!(a.leg.has_feedback() && !a.leg.has_feedback());
}

#[test]
fn on_hold_nothing_goes_on_and_a_picture_is_needed_afterwards() {
    let (mut a, mut b) = video(PictureRequest::Loss);
    let packet = a.packet(96, &[1]);
    carried(&mut a, &mut b, packet).unwrap();
    b.leg.has_new_source();
    let held = LegSettings { direction: Direction::Inactive, ..LegSettings::new(Some(peer()), Codec::Pcmu) };
    b.leg.configure(b.now, held);
    let packet = a.packet(96, &[1]);
    assert_eq!(carried(&mut a, &mut b, packet), None);
    b.leg.configure(b.now, LegSettings::new(Some(peer()), Codec::Pcmu));
    let packet = a.packet(96, &[1]);
    let sent = carried(&mut a, &mut b, packet).unwrap();
    assert_eq!(Packet::parse(&sent).unwrap().sequence(), 501);
    assert!(b.leg.has_new_source());
}

/// A sum of these packets without redundancy, the first of which has the number `base` (RFC 5109 §7, §8).
fn sum_of(packets: &[Vec<u8>], base: u16) -> Vec<u8> {
    let longest = packets.iter().map(|packet| packet.len() - 12).max().unwrap();
    let mut sum = vec![0; 14 + longest];
    let mut mask = 0_u16;
    for packet in packets {
        let parsed = Packet::parse(packet).unwrap();
        let behind = parsed.sequence().wrapping_sub(base);
        mask |= 0x8000 >> behind;
        sum[0] ^= packet[0] & 0x3F;
        sum[1] ^= packet[1];
        let length = ((packet.len() - 12) as u16).to_be_bytes();
        let fields = packet[4..8].iter().chain(&length);
        sum[4..10].iter_mut().zip(fields).for_each(|(sum, octet)| *sum ^= octet);
        sum[14..].iter_mut().zip(&packet[12..]).for_each(|(sum, octet)| *sum ^= octet);
    }
    sum[2..4].copy_from_slice(&base.to_be_bytes());
    sum[10..12].copy_from_slice(&(longest as u16).to_be_bytes());
    sum[12..14].copy_from_slice(&mask.to_be_bytes());
    sum
}

/// The one packet that is missing among those of a sum: payload type, timestamp and payload.
fn restored(sum: &[u8], others: &[Vec<u8>]) -> (u16, u8, u32, Vec<u8>) {
    let base = u16::from_be_bytes([sum[2], sum[3]]);
    let mask = u16::from_be_bytes([sum[12], sum[13]]);
    let numbers: Vec<u16> =
        (0..16).filter(|bit| mask & 0x8000 >> bit != 0).map(|bit| base.wrapping_add(bit)).collect();
    let came: Vec<u16> = others.iter().map(|packet| Packet::parse(packet).unwrap().sequence()).collect();
    let missing: Vec<u16> = numbers.into_iter().filter(|number| !came.contains(number)).collect();
    assert_eq!((missing.len(), others.len() + 1), (1, mask.count_ones() as usize));
    let rest = sum_of(others, base);
    let octet = |at: usize| sum[at] ^ rest.get(at).copied().unwrap_or(0);
    let length = usize::from(u16::from_be_bytes([octet(8), octet(9)]));
    let timestamp = u32::from_be_bytes([octet(4), octet(5), octet(6), octet(7)]);
    (missing[0], octet(1) & 0x7F, timestamp, (14..14 + length).map(octet).collect())
}

/// The packet that is in one of redundant data with a primary block alone.
fn unwrapped(packet: &[u8]) -> Vec<u8> {
    let parsed = Packet::parse(packet).unwrap();
    let header = Header { payload_type: parsed.payload()[0], ..parsed.header() };
    [&header.to_bytes()[..], &parsed.payload()[1..]].concat()
}

/// Two legs with forward error correction, in other numbers each, and a picture in redundant data.
fn correcting() -> (Bench, Bench, impl Fn(&mut Bench) -> Vec<u8>) {
    let a =
        passing(&[format(VP8, 99, 98), format(RED, 101, 100), format(FEC, 103, 102)], PictureRequest::None);
    let b = passing(&[format(VP8, 110, 1), format(RED, 112, 2), format(FEC, 115, 3)], PictureRequest::None);
    let picture = |a: &mut Bench| {
        let number = a.sequence as u8;
        let payload: Vec<u8> = [98].into_iter().chain((0..number).map(|n| n ^ 0x5A)).collect();
        a.packet(100, &payload)
    };
    (a, b, picture)
}

#[test]
fn sums_of_packets_are_told_in_the_numbers_of_the_listener() {
    for lost in [None, Some(2), Some(4)] {
        let (mut a, mut b, picture) = correcting();
        let first = picture(&mut a);
        carried(&mut a, &mut b, first).unwrap();
        let pictures: Vec<Vec<u8>> = (0..5).map(|_| picture(&mut a)).collect();
        let before: Vec<Vec<u8>> = pictures.iter().map(|packet| unwrapped(packet)).collect();
        let base = Packet::parse(&before[0]).unwrap().sequence();
        let mut sent = Vec::new();
        for (nth, packet) in pictures.into_iter().enumerate() {
            if lost != Some(nth) {
                sent.push(unwrapped(&carried(&mut a, &mut b, packet).unwrap()));
            }
        }
        let sum = [&[102][..], &sum_of(&before, base)].concat();
        let packet = a.packet(100, &sum);
        let sum = unwrapped(&carried(&mut a, &mut b, packet).unwrap());
        assert_eq!(sum[1], 115);
        // Where all have come, the listener loses one.
        let taken = if lost.is_none() { Some(sent.remove(1)) } else { None };
        let (number, payload_type, timestamp, payload) = restored(&sum[12..], &sent);
        let which = lost.unwrap_or(1);
        assert_eq!((number, payload_type), (501 + which as u16, 110));
        assert_eq!(timestamp, 7_000 + 160 * (1 + which as u32));
        assert_eq!(payload, before[which][12..]);
        assert!(taken.is_none_or(|taken| taken[12..] == payload[..]));
    }
}

#[test]
fn sums_that_nobody_could_use_stay_out() {
    let (mut a, mut b, picture) = correcting();
    let packets: Vec<Vec<u8>> = (0..4).map(|_| picture(&mut a)).collect();
    let before: Vec<Vec<u8>> = packets.iter().map(|packet| unwrapped(packet)).collect();
    let sum = [&[102][..], &sum_of(&before, 101)].concat();
    let of_nothing = a.packet(100, &sum);
    assert_eq!(carried(&mut a, &mut b, of_nothing), None, "nothing of it has come");
    carried(&mut a, &mut b, packets[0].clone()).unwrap();
    carried(&mut a, &mut b, packets[1].clone()).unwrap();
    let packet = a.packet(100, &sum);
    assert_eq!(carried(&mut a, &mut b, packet), None, "two are lost");
    let packet = a.packet(100, &[102, 1, 2]);
    assert_eq!(carried(&mut a, &mut b, packet), None, "it is cut off");
    let packet = a.packet(102, &sum[1..]);
    assert_eq!(carried(&mut a, &mut b, packet), None, "it has no numbers of its own here");
    b.leg.splice();
    let next = picture(&mut a);
    carried(&mut a, &mut b, next).unwrap();
    let packet = a.packet(100, &sum);
    assert_eq!(carried(&mut a, &mut b, packet), None, "it is of a source before");
}
