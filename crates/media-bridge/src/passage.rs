//! What a leg beside the audio has agreed on: formats that are passed on as they come, video and text.

/// A format that is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassedFormat {
    /// What tells formats apart: a packet goes on to another leg as that leg's format of the same name. Whoever configures legs
    /// gives the names; none is known here.
    pub name: u64,
    /// What the peer announced.
    pub send: u8,
    /// What we announced.
    pub receive: u8,
    /// What is to be known of its payload.
    pub role: PassedRole,
}

/// What is to be known of the payload of a format that is passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PassedRole {
    /// Nothing: it is the same on both sides.
    #[default]
    Data,
    /// It is redundant data (RFC 2198), whose headers name payload types of others of these formats.
    Redundant,
    /// It is forward error correction (RFC 5109) within redundant data, whose header tells numbers and times of other packets.
    Correction,
}

/// How a peer is asked for a picture that needs no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureRequest {
    /// It takes no such request.
    #[default]
    None,
    /// By a packet that says that one was lost (PLI, RFC 4585 §6.3.1).
    Loss,
    /// By one that asks for it (FIR, RFC 5104 §4.3.1).
    Full,
}

/// What a leg passes on. Given by [`Leg::pass`](crate::Leg::pass) as often as it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What both sides have named.
    pub formats: Vec<PassedFormat>,
    /// Ticks a second of its timestamps: 90,000 for video.
    pub clock_rate: u32,
    /// How its peer is asked for a picture: when another begins to see it, and when that one asks.
    pub pictures: PictureRequest,
}
