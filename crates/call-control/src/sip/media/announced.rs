//! Where the media of a phone will be, by an offer that crossed one of ours.

use std::net::SocketAddr;

use sdp::{Host, SessionDescription};

use super::SessionMedia;

impl SessionMedia {
    /// The phone has made an offer that was refused, since it crossed one of ours (RFC 3261 §14.2). Two exchanges that send the media of
    /// their phones past them do that in every call of theirs: each has told its phone to send to the other exchange by then, and
    /// that is to hear it before the offer is made again.
    pub(in crate::sip) fn hear_announced(&mut self, offer: &[u8]) {
        let place = audio_place(offer);
        if place.is_some() {
            self.announced = place;
            self.configure_again();
        }
    }
}

/// Where the audio of a description is sent from, as far as it says so.
fn audio_place(description: &[u8]) -> Option<SocketAddr> {
    let description = SessionDescription::parse(description).ok()?;
    let audio = description.media().find(|media| media.is_audio() && media.port() != 0)?;
    let connection = audio.connection().ok()??;
    match connection.host {
        Host::Ip(address) if !address.is_unspecified() && audio.direction().sends() => {
            Some((address, audio.port()).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(connection: &str, media: &str) -> Option<SocketAddr> {
        let description = format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 {connection}\r\nt=0 0\r\n{media}\r\n"
        );
        audio_place(description.as_bytes())
    }

    #[test]
    fn it_is_where_audio_that_is_sent_comes_from() {
        let expected = Some(([192, 0, 2, 7], 4_000).into());
        assert_eq!(place("192.0.2.7", "m=audio 4000 RTP/AVP 0"), expected);
        assert_eq!(place("192.0.2.1", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.7"), expected);
        assert_eq!(place("192.0.2.7", "m=video 5000 RTP/AVP 99\r\nm=audio 4000 RTP/AVP 0"), expected);
    }

    #[test]
    fn silence_and_nonsense_are_nowhere() {
        assert_eq!(place("192.0.2.7", "m=audio 4000 RTP/AVP 0\r\na=recvonly"), None);
        assert_eq!(place("192.0.2.7", "m=audio 4000 RTP/AVP 0\r\na=inactive"), None);
        assert_eq!(place("192.0.2.7", "m=audio 0 RTP/AVP 0"), None);
        assert_eq!(place("0.0.0.0", "m=audio 4000 RTP/AVP 0"), None);
        assert_eq!(place("media.example.com", "m=audio 4000 RTP/AVP 0"), None);
        assert_eq!(audio_place(b"nothing"), None);
    }
}
