//! Another configuration for an exchange that runs: whole or not at all, and no call notices.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use call_control::Event;

use super::{Exchange, start};
use crate::configuration::{Configuration, ConfigurationReport, Part, PlanEdit, PlanEditError};
use crate::directory::EndpointTable;
use crate::qualify::ContactKey;
use crate::stir_shaken::check_published;

impl Exchange {
    /// Loads `part` of the configuration again and puts it in force, unless it has errors: then nothing changes.
    /// Calls that run keep the dialplan that they began with until they jump.
    pub async fn reload(self: &Arc<Self>, part: Part) -> ConfigurationReport {
        let _changing = self.changing.lock().await;
        let running = self.configuration();
        let folders = running.folders.clone();
        // Reading files takes its time; the calls of this thread must not wait for it.
        let read = tokio::task::spawn_blocking(move || Configuration::load(&folders)).await;
        let (loaded, report) = match read {
            Ok(read) => read,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        if let Some(loaded) = loaded {
            self.put_in_force(part, running.with(part, loaded)).await;
            *self.last_reload.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        report
    }

    /// Everything that runs follows the next configuration, of which `part` may be new.
    async fn put_in_force(self: &Arc<Self>, part: Part, next: Configuration) {
        self.registrations.follow(&next.sip.aors.keys().cloned().collect());
        let next = next.with_registered_phones(&self.registrations);
        if matches!(part, Part::Dialplan | Part::All) {
            self.globals.refresh(&next);
        }
        if matches!(part, Part::Sip | Part::All) {
            self.follow_roads(part, &next).await;
        }
        self.endpoints.store(Arc::new(EndpointTable::of(&next)));
        if let Some(outbound) = self.outbound.get() {
            outbound.follow(&next);
        }
        if matches!(part, Part::Media | Part::All) {
            self.follow_media(&next);
        }
        self.follow_contacts(&next);
        if part == Part::All {
            self.databases.follow(&next);
        }
        self.guard.set_policy(next.security.policy_for(&next.sip));
        self.configuration.store(Arc::new(next));
        if part != Part::Dialplan {
            let switchboard = self.switchboard.clone();
            let tell = move |text| switchboard.notice(|| Event::Warning { channel: None, text });
            self.host_addresses.follow(&self.configuration(), &self.locator, tell).await;
            self.stir_shaken.reloaded();
            tokio::spawn(check_published(self.clone()));
        }
        if matches!(part, Part::CallRecords | Part::Sip | Part::All) {
            self.call_records.follow(&self.configuration());
        }
        if matches!(part, Part::Music | Part::All) {
            self.follow_music().await;
        }
        self.presence.reloaded();
        if let Some(publications) = self.publications.get() {
            publications.follow(self);
        }
        let indications = &self.configuration().indications;
        self.switchboard.prompts().set_tones(indications.zones.clone(), &indications.country);
        self.switchboard.prompts().refresh();
    }

    /// Transports, the pages of HTTP, and how names are resolved.
    async fn follow_roads(&self, part: Part, next: &Configuration) {
        if part == Part::All {
            let resolver = start::resolver(next);
            self.resolver.store(resolver.clone());
            self.locator.set_resolver(resolver);
        }
        if let Some(sip) = self.sip.get() {
            let config = start::user_agent_config(next);
            self.warn(start::kept_until_restart(sip.config(), &config));
            sip.say(config);
            self.sip_log.follow(next.sip.global.debug.clone());
            self.http.leave(&next.http, &next.sip).await;
            self.warn(self.transports.follow(&next.sip, &self.locator, sip.user_agent()).await);
            self.warn(self.http.listen(&next.sip));
        }
    }

    /// Where audio of new calls is received; the rest of `rtp.conf` reaches calls by their endpoints.
    fn follow_media(&self, next: &Configuration) {
        let mut told = Vec::new();
        if let Err(error) = self.switchboard.media().set_ports(&next.rtp.ports) {
            told.push(format!("The ports of media stay as they were: {error}"));
        }
        if next.rtp.backend != self.configuration().rtp.backend {
            told.push("media_io stays as it was at the start until a restart.".to_owned());
        }
        self.warn(told);
    }

    /// Asks the contacts of `configuration` and those that are registered whether they are there.
    pub(super) fn follow_contacts(&self, configuration: &Configuration) {
        let registered = self.registrations.all().into_iter();
        let registered = registered.map(|binding| ContactKey { aor: binding.aor, uri: binding.contact_uri });
        self.qualification.follow(configuration, registered.collect());
    }

    /// Takes over the classes of music, and looks for their files.
    async fn follow_music(self: &Arc<Self>) {
        let (music, configuration) = (self.music.clone(), self.configuration());
        // Folders may be on a disk that is slow.
        let followed = tokio::task::spawn_blocking(move || music.follow(&configuration)).await;
        if let Err(panicked) = followed {
            std::panic::resume_unwind(panicked.into_panic());
        }
    }

    /// Exchanges the configuration in force for one that is made of it; a reload waits for that.
    pub(crate) async fn amend(&self, change: impl FnOnce(Configuration) -> Configuration) {
        let _changing = self.changing.lock().await;
        let next = change(Configuration::clone(&self.configuration()));
        self.configuration.store(Arc::new(next));
    }

    /// Changes the dialplan until the next reload. Calls that run keep the one that they began with until they jump.
    ///
    /// # Errors
    /// [`PlanEditError`]; nothing changes then.
    pub async fn edit_dialplan(&self, edit: &PlanEdit) -> Result<(), PlanEditError> {
        let _changing = self.changing.lock().await;
        let next = self.configuration().edited(edit)?.with_registered_phones(&self.registrations);
        self.configuration.store(Arc::new(next));
        self.presence.reloaded();
        Ok(())
    }
}
