//! A party that gets back what it sends.

use std::sync::Arc;

use media_bridge::Leg;

use super::Call;
use crate::error::CallError;

impl Call {
    /// Sends the party's own audio back, and what it sends beside it, until it presses `#`.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up instead.
    pub async fn echo(&self) -> Result<(), CallError> {
        let _here = self.keep_media();
        let audio = self.audible_leg()?;
        let mut echoes = Echoes::default();
        let until_key = async {
            loop {
                echoes.follow(self, &audio);
                tokio::select! {
                    key = self.0.digits.next() => if key == '#' { break },
                    () = self.0.streams.changed() => {}
                }
            }
        };
        self.unless_hung_up(until_key).await
    }
}

/// Legs that send back what comes, until this is dropped.
#[derive(Default)]
struct Echoes(Vec<Arc<Leg>>);

impl Echoes {
    /// The audio, and what the channel has beside it now.
    fn follow(&mut self, call: &Call, audio: &Arc<Leg>) {
        if call.0.driver.speaks_for_another() {
            // The party is beyond another channel: it has to hear that all of this is taken.
            call.match_streams(&call.party_streams());
        }
        let beside = call.streams().into_iter().map(|stream| stream.leg);
        let legs: Vec<Arc<Leg>> = std::iter::once(audio.clone()).chain(beside).collect();
        let has = |legs: &[Arc<Leg>], leg: &Arc<Leg>| legs.iter().any(|known| known.id() == leg.id());
        legs.iter().filter(|leg| !has(&self.0, leg)).for_each(|leg| leg.echo(true));
        self.0.iter().filter(|leg| !has(&legs, leg)).for_each(|leg| leg.echo(false));
        self.0 = legs;
    }
}

impl Drop for Echoes {
    fn drop(&mut self) {
        self.0.iter().for_each(|leg| leg.echo(false));
    }
}
