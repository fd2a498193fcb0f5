//! What a room says to everybody, one thing after the other.

use std::sync::Arc;

use call_control::{CallError, Conference};
use tokio::sync::{mpsc, oneshot};

use super::spoken_name::SpokenName;

/// Announcements that wait; in a room where more happens nobody wants to hear of it all.
const MOST_WAITING: usize = 8;

/// The way to a room's announcements. They end with it.
pub(super) struct Announcer(mpsc::Sender<Announcement>);

struct Announcement {
    prompts: Vec<String>,
    said: Option<oneshot::Sender<()>>,
    /// Kept until it was said.
    _name: Option<Arc<SpokenName>>,
}

impl Announcer {
    /// Says things to everybody in a room, in that language.
    pub(super) fn new(conference: Conference, language: String) -> Self {
        let (sender, mut waiting) = mpsc::channel::<Announcement>(MOST_WAITING);
        tokio::spawn(async move {
            let mut missing = Vec::new();
            while let Some(Announcement { prompts, said, _name }) = waiting.recv().await {
                for prompt in prompts {
                    if let Err(error) = conference.play(&prompt, &language).await {
                        warn_once(&mut missing, prompt, &error);
                    }
                }
                drop(said);
            }
        });
        Self(sender)
    }

    /// Says these prompts when what is said now is over.
    pub(super) fn say(&self, prompts: Vec<String>) {
        self.say_of(None, prompts);
    }

    /// The same of somebody whose name is among them.
    pub(super) fn say_of(&self, name: Option<Arc<SpokenName>>, prompts: Vec<String>) {
        let prompts = without_gaps(prompts);
        if !prompts.is_empty() {
            // Where too much waits, this is left out.
            let _ = self.0.try_send(Announcement { prompts, said: None, _name: name });
        }
    }

    /// The same, and waits until it was heard.
    pub(super) async fn say_out(&self, prompts: Vec<String>) {
        let (said, heard) = oneshot::channel();
        let announcement = Announcement { prompts: without_gaps(prompts), said: Some(said), _name: None };
        if self.0.try_send(announcement).is_ok() {
            let _ = heard.await;
        }
    }
}

/// Prompts without those that are set to nothing.
fn without_gaps(mut prompts: Vec<String>) -> Vec<String> {
    prompts.retain(|prompt| !prompt.is_empty());
    prompts
}

/// A prompt that is missing is said once for each room.
fn warn_once(known: &mut Vec<String>, prompt: String, error: &CallError) {
    if !known.contains(&prompt) {
        tracing::warn!("a conference says nothing in place of '{prompt}': {error}");
        known.push(prompt);
    }
}
