//! The body of the fuzz target `media_websocket`, kept here so that it always compiles.

use crate::{Command, ControlFormat, Direction, Event, MediaQueue, QUEUE_LIMIT, XOFF_LEVEL};

/// A program that sends messages and commands of any kind, and an exchange that plays.
///
/// The first octet is the length of a frame, 0 for none. After that a step is an octet and, but for steps that play, a text or message
/// whose length is the next octet: what comes out is what went in, in its order, within its bounds, and a command or event that was read
/// is written and read as the same.
///
/// # Panics
/// When it is not so.
pub fn media_websocket(data: &[u8]) {
    let Some((&frame, mut rest)) = data.split_first() else { return };
    let frame = usize::from(frame);
    let mut queue = if frame == 0 { MediaQueue::passthrough() } else { MediaQueue::framed(frame) };
    // Octets that went in and did not come out yet, or were thrown away.
    let (mut taken, mut given) = (0_u64, 0_u64);
    let mut told_to_stop = false;
    while let Some((&step, after)) = rest.split_first() {
        rest = after;
        if step < 64 {
            for _ in 0..=step {
                let Some(got) = queue.next_frame() else { break };
                assert!(!got.is_empty() && (frame == 0 || got.len() <= frame));
                given += got.len() as u64;
            }
        } else {
            let Some((&length, after)) = rest.split_first() else { return };
            let (content, after) = after.split_at(usize::from(length).min(after.len()));
            rest = after;
            match step {
                64..160 => {
                    // Long messages of little input.
                    let content = content.repeat(usize::from(step - 63));
                    if queue.direction() != Direction::In {
                        taken += content.len() as u64;
                    }
                    queue.media(&content);
                }
                _ => {
                    let format = ControlFormat::ALL[usize::from(step % 2)];
                    let text = String::from_utf8_lossy(content);
                    if let Ok(event) = Event::read(&text, format) {
                        reads_again(&event);
                    }
                    if let Ok(command) = Command::read(&text, format) {
                        assert_eq!(Command::read(&command.write(format), format).as_ref(), Ok(&command));
                        let forgets = matches!(
                            command,
                            Command::FlushMedia | Command::SetMediaDirection(Direction::In)
                        );
                        if queue.command(&command).is_ok() && forgets {
                            (taken, given) = (queue.left_out(), 0);
                        }
                    }
                }
            }
        }
        let status = queue.status();
        assert!(status.queue_length <= XOFF_LEVEL.max(QUEUE_LIMIT) + 96 * 255);
        assert!(given + queue.left_out() <= taken);
        while let Some(event) = queue.poll_event() {
            match event {
                Event::MediaXoff => assert!(!std::mem::replace(&mut told_to_stop, true)),
                Event::MediaXon => assert!(std::mem::replace(&mut told_to_stop, false)),
                _ => {}
            }
        }
        assert_eq!(status.queue_full, told_to_stop);
    }
}

/// In JSON every event that can be read is written so that it is read as the same.
fn reads_again(event: &Event) {
    let channel = match event {
        Event::MediaStart(start) => start.channel_id.as_str(),
        _ => "1.1",
    };
    let written = event.write(ControlFormat::Json, channel);
    assert_eq!(Event::read(&written, ControlFormat::Json).as_ref(), Ok(event));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::tests::command;

    /// Steps as bytes.
    fn step() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            (0..64_u8).prop_map(|step| vec![step]),
            (64..160_u8, prop::collection::vec(any::<u8>(), 0..255)).prop_map(|(step, content)| {
                let mut bytes = vec![step, content.len() as u8];
                bytes.extend(content);
                bytes
            }),
            (160..=255_u8, command()).prop_map(|(step, command)| {
                let text = command.write(ControlFormat::ALL[usize::from(step % 2)]);
                let mut bytes = vec![step, text.len() as u8];
                bytes.extend(text.into_bytes());
                bytes
            }),
        ]
    }

    proptest! {
        #[test]
        fn the_law_holds_for_any_program(frame: u8, steps in prop::collection::vec(step(), 0..60)) {
            let mut data = vec![frame];
            data.extend(steps.into_iter().flatten());
            media_websocket(&data);
        }

        #[test]
        fn the_law_holds_for_any_octets(data in prop::collection::vec(any::<u8>(), 0..400)) {
            media_websocket(&data);
        }
    }

    #[test]
    fn what_goes_in_comes_out_whole() {
        let mut queue = MediaQueue::framed(7);
        queue.command(&Command::StartMediaBuffering).unwrap();
        let sent: Vec<u8> = (0..2_000_u32).map(|n| n as u8).collect();
        sent.chunks(13).for_each(|part| queue.media(part));
        queue.command(&Command::StopMediaBuffering { correlation_id: None }).unwrap();
        let mut got = Vec::new();
        while let Some(frame) = queue.next_frame() {
            got.extend_from_slice(frame);
        }
        assert_eq!(got, sent);
    }
}
