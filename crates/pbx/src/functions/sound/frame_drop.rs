//! `Set(FRAME_DROP(TX|RX)=kind[,kind…])`: leaves kinds of frames out of what goes to the channel (`TX`) or comes from it (`RX`), in
//! place of those before; an empty list leaves out none.

use call_control::{FrameKind, FrameKinds};

use super::side;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "FRAME_DROP";

/// Kinds that there are in Asterisk and not here, or that nobody could tell the lack of.
const ABSENT: [&str; 16] = [
    "NULL",
    "IAX",
    "TEXT_DATA",
    "IMAGE",
    "HTML",
    "MODEM",
    "RING",
    "BUSY",
    "TAKEOFFHOOK",
    "OFFHOOK",
    "CONGESTION",
    "FLASH",
    "WINK",
    "PROCEEDING",
    "VIDUPDATE",
    "REDIRECTING",
];

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let kinds = scope.call.omitted_frames(side(NAME, arguments)?);
    let names = FrameKind::ALL.iter().filter(|(_, kind)| kinds.has(*kind)).map(|(name, _)| *name);
    Ok(names.collect::<Vec<_>>().join(","))
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let side = side(NAME, arguments)?;
    let wanted =
        Wanted::parse(value).map_err(|problem| FunctionError::arguments(NAME, arguments, problem))?;
    if !wanted.absent.is_empty() {
        scope.warn(format!("{NAME}({arguments}): there are no frames {} here", wanted.absent.join(", ")));
    }
    scope.call.omit_frames(side, wanted.kinds);
    Ok(())
}

/// What is to be left out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    kinds: FrameKinds,
    /// Kinds that there are none of.
    absent: Vec<String>,
}

impl Wanted {
    fn parse(value: &str) -> Result<Self, String> {
        let (mut kinds, mut absent) = (Vec::new(), Vec::new());
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name = name.to_ascii_uppercase();
            match FrameKind::ALL.iter().find(|(known, _)| *known == name) {
                Some((_, kind)) => kinds.push(*kind),
                None if name == "CONTROL" => kinds.extend(FrameKind::CONTROL),
                None if ABSENT.contains(&name.as_str()) => absent.push(name),
                None => return Err(format!("'{name}' is no kind of frame")),
            }
        }
        Ok(Self { kinds: kinds.into_iter().collect(), absent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_by_their_names() {
        let kinds = |kinds: &[FrameKind]| kinds.iter().copied().collect::<FrameKinds>();
        let keys = Wanted::parse("DTMF_BEGIN, dtmf_end").unwrap();
        assert_eq!(keys.kinds, kinds(&[FrameKind::DigitBegins, FrameKind::DigitEnds]));
        assert_eq!(Wanted::parse("CONTROL").unwrap().kinds, kinds(&FrameKind::CONTROL));
        assert_eq!(Wanted::parse(""), Ok(Wanted::default()));
        assert_eq!(Wanted::parse("VOICE,WINK").unwrap().absent, ["WINK"]);
        assert!(Wanted::parse("VOICES").is_err());
    }
}
