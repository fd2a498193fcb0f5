//! The name of one who enters, as it says it: the others hear it when it comes and when it goes.

use std::sync::Arc;
use std::time::Duration;

use call_control::CallError;

use super::entrance::{say, say_until_key};
use crate::applications::recording::record::{Wanted, record};
use crate::conference::{Profiles, SpokenName};
use crate::dialplan::DialplanChannel;

/// The longest name.
const LONGEST: Duration = Duration::from_secs(10);

/// How long it waits for a key after the question whether the name is good.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);

/// How often the question is asked, and a name recorded again, before it is taken as it is.
const ATTEMPTS: usize = 5;

/// Asks one who enters for its name, where the profile wants that. With a review it hears it, and may say it again.
pub(super) async fn ask(
    channel: &mut DialplanChannel,
    room: &str,
    profiles: &Profiles,
) -> Result<Option<Arc<SpokenName>>, CallError> {
    let user = &profiles.user;
    if user.quiet || !(user.announce_join_leave || user.announce_join_leave_review) {
        return Ok(None);
    }
    let folder = channel.exchange.configuration().folders.spool.join("confbridge");
    let file = format!("confbridge-name-{}-{}.wav", room.replace('/', "-"), channel.call.unique_id());
    let name = SpokenName::new(folder.join(file));
    record_name(channel, &name).await?;
    if user.announce_join_leave_review {
        review(channel, &name).await?;
    }
    Ok(Some(Arc::new(name)))
}

async fn record_name(channel: &mut DialplanChannel, name: &SpokenName) -> Result<(), CallError> {
    say(channel, "vm-rec-name").await?;
    say(channel, "beep").await?;
    let wanted = Wanted {
        path: name.path().to_owned(),
        append: false,
        keeps_unended: false,
        keeps_silence: true,
        silence: None,
        longest: Some(LONGEST),
    };
    record(channel, "ConfBridge", wanted, |key| key == '#').await.map(drop)
}

/// `1` takes the name as it is, `2` plays it, `3` records it again. Who knows the question need not hear it to its end.
async fn review(channel: &mut DialplanChannel, name: &SpokenName) -> Result<(), CallError> {
    let is_choice = |key: char| ('1'..='3').contains(&key);
    let mut early = None;
    for _ in 0..ATTEMPTS {
        if early.is_none() {
            early = say_until_key(channel, "vm-review", is_choice).await?;
        }
        let pressed = match early.take() {
            None => channel.call.next_digit(ANSWER_WITHIN).await?,
            early => early,
        };
        match pressed {
            Some('2') => early = say_until_key(channel, name.prompt(), is_choice).await?,
            Some('3') => record_name(channel, name).await?,
            Some('1') | None => return Ok(()),
            Some(_) => {}
        }
    }
    Ok(())
}
