//! Has the caller do its part, and compares what happens with what is to happen.

use std::time::Duration;

use call_control::played::{PlayedCaller, call_in, press};
use call_control::{Call, CallSnapshot, ChannelState, Event, HangupCause};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::script::{Action, Scene, Sentence};
use super::stage::Stage;
use super::story::Story;
use super::{Failure, Verdict};
use crate::dialplan::{Substitution, run_call};

/// How long something that is to happen may take on the rehearsal's clock.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a key is held, and the time to the next.
const KEY: Duration = Duration::from_millis(200);

/// After this, all that could happen at once has happened.
const AT_ONCE: Duration = Duration::from_millis(1);

/// How long the `h` extension may take.
const LAST_WORDS: Duration = Duration::from_secs(600);

/// Plays one scene.
pub(super) struct Director<'s> {
    stage: &'s Stage,
    scene: &'s Scene,
    began: Instant,
    call: Option<(Call, JoinHandle<()>)>,
    /// What was compared already.
    seen: usize,
    /// What of it was compared with `hears`.
    heard: usize,
    story: Story,
}

impl<'s> Director<'s> {
    pub(super) fn new(stage: &'s Stage, scene: &'s Scene) -> Self {
        let began = Instant::now();
        Self { stage, scene, began, call: None, seen: 0, heard: 0, story: Story::default() }
    }

    pub(super) async fn play(mut self) -> Verdict {
        let mut failure = None;
        for sentence in &self.scene.sentences {
            if let Err(seen) = self.obey(sentence).await {
                failure = Some(Failure { line: sentence.line, wanted: sentence.text.clone(), seen });
                break;
            }
        }
        self.hang_up().await;
        let name = self.name().to_owned();
        self.story.take_in(self.stage, &name);
        Verdict {
            name: self.scene.name.clone(),
            line: self.scene.line,
            failure,
            story: self.story.lines(self.began),
            took: self.began.elapsed(),
        }
    }

    /// Does what a line says.
    ///
    /// # Errors
    /// What was seen in place of what it wants.
    async fn obey(&mut self, sentence: &Sentence) -> Result<(), String> {
        match &sentence.action {
            Action::Dials { .. } => self.dial(sentence).await,
            Action::Presses(keys) => self.press(keys).await,
            Action::Waits(time) => {
                self.note(format!("waits {}s", time.as_secs_f64()));
                tokio::time::sleep(*time).await;
                Ok(())
            }
            Action::HangsUp => {
                self.live_call()?;
                self.hang_up().await;
                Ok(())
            }
            Action::Hears(sound) => self.hears(sound).await,
            Action::Expect(left, right) => self.expect(left, right).await,
            Action::Ends(cause) => self.ends(*cause).await,
            Action::Rings(phone) => {
                let rings = |event: &Event| matches!(event, Event::ChannelState { channel, state: ChannelState::Ringing } if is_of(channel, phone));
                self.await_event(rings, &format!("{phone} does not ring")).await
            }
            Action::IsAnswered => {
                let own = self.own_name()?;
                let up = |event: &Event| matches!(event, Event::ChannelState { channel, state: ChannelState::Up } if channel.name == own);
                self.await_event(up, "the caller is not answered").await
            }
            Action::TalksTo(phone) => {
                let own = self.own_name()?;
                let joined = |event: &Event| matches!(event, Event::BridgeEntered { channel, .. } if channel.name == own && channel.bridged_with.as_deref().is_some_and(|peer| is_named(peer, phone)));
                self.await_event(joined, &format!("the caller does not talk to {phone}")).await
            }
            Action::Runs(name, arguments) => {
                let runs = |event: &Event| match event {
                    Event::ApplicationStarted { application, arguments: given, .. } => {
                        application.eq_ignore_ascii_case(name)
                            && arguments.as_ref().is_none_or(|wanted| wanted == given)
                    }
                    _ => false,
                };
                self.await_event(runs, &format!("{name} does not run so")).await
            }
        }
    }

    async fn dial(&mut self, sentence: &Sentence) -> Result<(), String> {
        let Action::Dials { phone, caller, number, context } = &sentence.action else { return Ok(()) };
        self.hang_up().await;
        self.note(sentence.text.clone());
        let configuration = self.stage.exchange.configuration();
        let resource = phone.as_deref().and_then(|phone| phone.split_once('/')).map(|(_, resource)| resource);
        let endpoint = match resource {
            Some(name) => Some(
                configuration
                    .sip
                    .endpoints
                    .get(name)
                    .ok_or(format!("there is no phone '{name}' in the configuration"))?,
            ),
            None => None,
        };
        let own =
            endpoint.and_then(|endpoint| endpoint.caller_id.clone()).filter(|_| caller.number.is_empty());
        let context = context.clone().or_else(|| endpoint.map(|endpoint| endpoint.context.clone()));
        let who = PlayedCaller {
            technology: "PJSIP",
            resource: resource.unwrap_or("caller").to_owned(),
            caller: own.unwrap_or_else(|| caller.clone()),
            dialed: number.clone(),
            context: context.unwrap_or_default(),
            language: endpoint
                .map_or_else(|| configuration.options.default_language.clone(), |e| e.language.clone()),
        };
        if configuration.dialplan.context(&who.context).is_none() {
            return Err(format!("there is no context '{}' in the dialplan", who.context));
        }
        (self.seen, self.heard) = (self.stage.witness.count(), self.stage.witness.count());
        let call = call_in(self.stage.exchange.switchboard(), who).map_err(|error| error.to_string())?;
        let task = tokio::spawn(run_call(self.stage.exchange.clone(), call.clone()));
        self.call = Some((call, task));
        Ok(())
    }

    async fn press(&mut self, keys: &str) -> Result<(), String> {
        let call = self.live_call()?;
        self.note(format!("presses {keys}"));
        for key in keys.chars() {
            press(&call, key);
            tokio::time::sleep(KEY).await;
        }
        Ok(())
    }

    /// The next thing that the caller hears is this one. Tones are passed over, unless one is wanted.
    async fn hears(&mut self, wanted: &str) -> Result<(), String> {
        let own = self.own_name()?;
        let tone = wanted.strip_suffix(" tone").or((wanted == "ringing").then_some("ring"));
        let deadline = Instant::now() + PATIENCE;
        loop {
            for (at, event) in self.stage.witness.since(self.heard) {
                self.heard += 1;
                match (&event, tone) {
                    (Event::PlaybackStarted { channel, file }, _) if channel.name == own => {
                        let name = file.rsplit_once('.').map_or(file.as_str(), |(name, _)| name);
                        if tone.is_none() && (name == wanted || file == wanted) {
                            return Ok(());
                        }
                        return Err(format!("the caller heard '{name}' at {}", self.time(at)));
                    }
                    (Event::IndicationStarted { channel, tone: heard }, Some(tone))
                        if channel.name == own && heard == tone =>
                    {
                        return Ok(());
                    }
                    _ => {}
                }
            }
            self.wait_for_more(deadline, "the caller heard nothing more").await?;
        }
    }

    async fn await_event(&mut self, wanted: impl Fn(&Event) -> bool, otherwise: &str) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for (_, event) in self.stage.witness.since(self.seen) {
                self.seen += 1;
                if wanted(&event) {
                    return Ok(());
                }
            }
            self.wait_for_more(deadline, otherwise).await?;
        }
    }

    /// Waits until something happens.
    ///
    /// # Errors
    /// When nothing more will, or not in time.
    async fn wait_for_more(&mut self, deadline: Instant, otherwise: &str) -> Result<(), String> {
        let stage = self.stage;
        if stage.witness.is_full() {
            return Err(format!("{otherwise}; the dialplan goes in circles"));
        }
        let Some((call, task)) = &mut self.call else { return Err("nobody has called yet".to_owned()) };
        if task.is_finished() {
            let how = match call.state() {
                ChannelState::Ended(cause) => format!("the call ended: {cause}"),
                _ => "the dialplan ended".to_owned(),
            };
            return Err(format!("{otherwise}; {how}"));
        }
        tokio::select! {
            biased;
            () = stage.witness.more() => Ok(()),
            _ = &mut *task => {
                self.call = Some((call.clone(), tokio::spawn(async {})));
                tokio::time::sleep(AT_ONCE).await;
                Ok(())
            }
            () = tokio::time::sleep_until(deadline) => {
                Err(format!("{otherwise} within {} s", PATIENCE.as_secs()))
            }
        }
    }

    async fn expect(&mut self, left: &str, right: &str) -> Result<(), String> {
        tokio::time::sleep(AT_ONCE).await;
        let Some((call, _)) = &self.call else { return Err("nobody has called yet".to_owned()) };
        let mut substitution = Substitution::new(&self.stage.exchange, call);
        let (seen, wanted) = (substitution.text(left), substitution.text(right));
        let plain = |text: &str| text.trim().trim_matches('"').to_owned();
        match plain(&seen) == plain(&wanted) {
            true => Ok(()),
            false => Err(format!("{left} is '{seen}'")),
        }
    }

    async fn ends(&mut self, wanted: Option<HangupCause>) -> Result<(), String> {
        let Some((call, task)) = &mut self.call else { return Err("nobody has called yet".to_owned()) };
        let Ok(cause) = tokio::time::timeout(PATIENCE, call.hung_up()).await else {
            return Err(format!("the call goes on after {} s", PATIENCE.as_secs()));
        };
        let _ = tokio::time::timeout(LAST_WORDS, &mut *task).await;
        let call = call.clone();
        self.call = Some((call, tokio::spawn(async {})));
        match wanted {
            Some(wanted) if wanted != cause => Err(format!("the call ended with {cause}")),
            _ => Ok(()),
        }
    }

    /// The caller hangs up, if it has not; `h` runs to its end.
    async fn hang_up(&mut self) {
        let Some((call, task)) = &mut self.call else { return };
        let call = call.clone();
        let was_live = !call.state().is_ended();
        call.hangup(HangupCause::NORMAL);
        let _ = tokio::time::timeout(LAST_WORDS, &mut *task).await;
        self.call = Some((call, tokio::spawn(async {})));
        if was_live {
            self.note("hangs up".to_owned());
        }
    }

    fn live_call(&self) -> Result<Call, String> {
        match &self.call {
            Some((call, _)) if !call.state().is_ended() => Ok(call.clone()),
            Some((call, _)) => Err(format!("the call has ended: {}", call.state())),
            None => Err("nobody has called yet; begin with a line such as `caller 061 dials 100 in CONTEXT`"
                .to_owned()),
        }
    }

    fn own_name(&self) -> Result<String, String> {
        let call = self.call.as_ref().map(|(call, _)| call.name().to_owned());
        call.ok_or_else(|| "nobody has called yet".to_owned())
    }

    /// Notes what the caller does.
    fn note(&mut self, text: String) {
        let name = self.name().to_owned();
        self.story.take_in(self.stage, &name);
        self.story.note(&text);
    }

    /// The caller's channel; nothing before there is one.
    fn name(&self) -> &str {
        self.call.as_ref().map_or("", |(call, _)| call.name())
    }

    fn time(&self, at: Instant) -> String {
        format!("{:.3} s", at.saturating_duration_since(self.began).as_secs_f64())
    }
}

/// Whether a channel is one of a phone: `PJSIP/alice-00000001` of `PJSIP/alice`.
fn is_of(channel: &CallSnapshot, phone: &str) -> bool {
    is_named(&channel.name, phone)
}

fn is_named(channel: &str, phone: &str) -> bool {
    let device = channel.rsplit_once('-').map_or(channel, |(device, _)| device);
    let phone = match phone.split_once('/') {
        Some((technology, resource)) => {
            let technology = if technology.eq_ignore_ascii_case("SIP") { "PJSIP" } else { technology };
            format!("{technology}/{}", resource.rsplit('@').next().unwrap_or(resource))
        }
        None => phone.to_owned(),
    };
    device.eq_ignore_ascii_case(&phone)
}
