//! What receivers say of packets that are passed on: it goes to who sends them, in the words of its own stream.

use rtp::rtcp::feedback::{Feedback, FeedbackPacket, FullPictureRequests};
use rtp::rtcp::{Compound, CompoundWriter, Packet};

use super::super::{LegCore, Outgoing};
use crate::passage::PictureRequest;

/// Octets of a content of feedback that is written anew.
const CONTENT: usize = 512;

/// Formats of feedback that are carried beside those that have names of their own: SLI and RPSI (RFC 4585 §6.3), and those of
/// applications, among them REMB.
const SLICE_LOSS: u8 = 2;
const REFERENCE_PICTURE: u8 = 3;
const APPLICATION: u8 = 15;
/// TMMBR (RFC 5104 §4.2.1).
const BIT_RATE_REQUEST: u8 = 3;

impl LegCore {
    /// What this leg's peer says of the stream that it gets, said of the source's own stream by the leg `source`, whose peer
    /// sends it; written into `octets`. `None`: there is nothing to say.
    ///
    /// Requests for a picture become such as that peer takes. What counts packets of the whole transport, or is not known, is
    /// left out: it means nothing on the other side.
    pub(crate) fn carry_feedback(
        &self,
        control: &[u8],
        source: &mut Self,
        octets: &mut [u8],
    ) -> Option<Outgoing> {
        let mut writer = source.begin_feedback(octets)?;
        let head = writer.length();
        if self.write_feedback(control, source.stream.ssrc(), &mut writer)? {
            source.ask_for_picture(self.stream.source()?, &mut writer);
        }
        let length = writer.finish();
        (length > head).then_some(Outgoing { length, to: source.rtcp_destination()? })
    }

    /// The same where its peer gets its own packets back.
    pub(crate) fn return_feedback(&mut self, control: &[u8], octets: &mut [u8]) -> Option<Outgoing> {
        let mut writer = self.begin_feedback(octets)?;
        let head = writer.length();
        if self.write_feedback(control, self.stream.ssrc(), &mut writer)? {
            self.ask_for_picture(self.stream.source()?, &mut writer);
        }
        let length = writer.finish();
        (length > head).then_some(Outgoing { length, to: self.rtcp_destination()? })
    }

    /// Writes what the peer says of the stream that it gets as if `sender` said it of the source's. `true`: a picture is asked for.
    fn write_feedback(&self, control: &[u8], sender: u32, writer: &mut CompoundWriter<'_>) -> Option<bool> {
        let compound = Compound::parse_reduced_size(control).ok()?;
        let (theirs, ours) = (self.stream.source()?, self.stream.ssrc());
        let mut wants_picture = false;
        for packet in compound {
            let Packet::Feedback(packet) = packet else { continue };
            match packet.feedback {
                Feedback::PictureLoss => wants_picture |= packet.media == ours,
                Feedback::FullPicture(requests) => {
                    wants_picture |= requests.iter().any(|(ssrc, _)| ssrc == ours);
                }
                _ => {
                    let mut content = [0; CONTENT];
                    if let Some((media, feedback)) = self.said_of_source(&packet, theirs, &mut content) {
                        // One that finds no room is left out: receivers repeat themselves.
                        let _ = writer.feedback(sender, media, &feedback);
                    }
                }
            }
        }
        Some(wants_picture)
    }

    /// A request to the own peer for a picture that needs no other, written into `octets`.
    pub(crate) fn request_picture(&mut self, octets: &mut [u8]) -> Option<Outgoing> {
        let to = self.rtcp_destination()?;
        let theirs = self.incoming.as_ref()?.reception.ssrc();
        let mut writer = self.begin_feedback(octets)?;
        let head = writer.length();
        self.ask_for_picture(theirs, &mut writer);
        let length = writer.finish();
        (length > head).then_some(Outgoing { length, to })
    }

    fn ask_for_picture(&mut self, theirs: u32, writer: &mut CompoundWriter<'_>) {
        let ours = self.stream.ssrc();
        let Some(passing) = &mut self.passing else { return };
        // There is room behind the two packets that every compound begins with.
        let _ = match passing.passage.pictures {
            PictureRequest::None => return,
            PictureRequest::Loss => writer.feedback(ours, theirs, &Feedback::PictureLoss),
            PictureRequest::Full => {
                let [a, b, c, d] = theirs.to_be_bytes();
                let entry = [a, b, c, d, passing.request, 0, 0, 0];
                passing.request = passing.request.wrapping_add(1);
                let Some(requests) = FullPictureRequests::new(&entry) else { return };
                writer.feedback(ours, 0, &Feedback::FullPicture(requests))
            }
        };
    }

    /// The report that a compound begins with.
    fn begin_feedback<'o>(&self, octets: &'o mut [u8]) -> Option<CompoundWriter<'o>> {
        let mut writer = CompoundWriter::new(octets);
        writer.receiver_report(self.stream.ssrc(), &[]).ok()?;
        writer.source_description(self.stream.ssrc(), self.control_name()).ok()?;
        Some(writer)
    }

    /// Feedback on the own stream, said of its source: whose SSRC is `theirs`.
    fn said_of_source<'c>(
        &self,
        packet: &FeedbackPacket<'c>,
        theirs: u32,
        content: &'c mut [u8; CONTENT],
    ) -> Option<(u32, Feedback<'c>)> {
        let ours = self.stream.ssrc();
        let is_own = packet.media == ours;
        match packet.feedback {
            Feedback::Missing(missing) if is_own => {
                let first = missing.iter().next()?;
                let offset = first.wrapping_sub(self.stream.source_number(first)?);
                Some((theirs, Feedback::Missing(missing.counted_from(offset, content)?)))
            }
            Feedback::Other { is_transport: false, format: SLICE_LOSS | REFERENCE_PICTURE, .. } if is_own => {
                Some((theirs, packet.feedback))
            }
            Feedback::Other { is_transport: false, format: APPLICATION, content: said } => {
                let bit_rate = said.get(..8).filter(|said| said.starts_with(b"REMB"))?;
                content[..8].copy_from_slice(bit_rate);
                // One stream is left of those that it may have named.
                content[4] = 1;
                content[8..12].copy_from_slice(&theirs.to_be_bytes());
                Some((
                    0,
                    Feedback::Other { is_transport: false, format: APPLICATION, content: &content[..12] },
                ))
            }
            Feedback::Other { is_transport: true, format: BIT_RATE_REQUEST, content: said } => {
                let entry = said.as_chunks::<8>().0.iter().find(|entry| entry[..4] == ours.to_be_bytes())?;
                content[..4].copy_from_slice(&theirs.to_be_bytes());
                content[4..8].copy_from_slice(&entry[4..]);
                Some((
                    0,
                    Feedback::Other { is_transport: true, format: BIT_RATE_REQUEST, content: &content[..8] },
                ))
            }
            _ => None,
        }
    }
}
