//! `Set(JITTERBUFFER(type)=max[,resync[,extra]])`: how the sound of the channel is evened out before others hear it.

use std::time::Duration;

use call_control::{JitterBuffer, JitterMode};

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "JITTERBUFFER";

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Err(FunctionError::arguments(NAME, arguments, "it can only be set"))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let wanted =
        wanted(arguments, value).map_err(|problem| FunctionError::arguments(NAME, arguments, problem))?;
    scope.call.set_jitter_buffer(wanted);
    Ok(())
}

/// What is asked for; `None` for no buffer.
fn wanted(kind: &str, value: &str) -> Result<Option<JitterBuffer>, String> {
    let mode = match kind.trim().to_ascii_lowercase().as_str() {
        "fixed" => JitterMode::Fixed,
        "adaptive" => JitterMode::Adaptive,
        "disabled" => return Ok(None),
        _ => return Err("the type is fixed, adaptive or disabled".to_owned()),
    };
    let mut buffer = JitterBuffer::new(mode);
    let places = [&mut buffer.max, &mut buffer.resync, &mut buffer.extra];
    for (place, text) in places.into_iter().zip(value.split(',')) {
        match text.trim() {
            "" | "default" => {}
            // A resynchronisation after -1 ms is none at all.
            "-1" => *place = LONGEST,
            text => {
                let ms = text.parse().map_err(|_| format!("'{text}' is no number of ms, nor 'default'"))?;
                *place = Duration::from_millis(ms).min(LONGEST);
            }
        }
    }
    Ok(Some(buffer))
}

/// The longest that anything waits.
const LONGEST: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_in_asterisk() {
        let ms = Duration::from_millis;
        assert_eq!(wanted("adaptive", "default"), Ok(Some(JitterBuffer::new(JitterMode::Adaptive))));
        let fixed = JitterBuffer { max: ms(300), resync: ms(1_500), ..JitterBuffer::new(JitterMode::Fixed) };
        assert_eq!(wanted("fixed", "300,1500"), Ok(Some(fixed)));
        let adaptive =
            JitterBuffer { extra: ms(60), resync: LONGEST, ..JitterBuffer::new(JitterMode::Adaptive) };
        assert_eq!(wanted("Adaptive", ",-1,60"), Ok(Some(adaptive)));
        assert_eq!(wanted("disabled", ""), Ok(None));
        assert!(wanted("adaptive", "much").is_err());
        assert!(wanted("quick", "200").is_err());
    }
}
