//! An exchange without a network.

use std::sync::Arc;

use call_control::played::{Part, PlayedPhones};
use call_control::{OriginateError, Prompts};
use media_bridge::{MediaConfig, MediaEngine, Pacer};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::RehearsalError;
use super::script::Scene;
use super::witness::Witness;
use crate::configuration::{Configuration, HttpConfiguration};
use crate::error::StartError;
use crate::exchange::{Exchange, WallClock};

/// Technologies whose phones are played, with their other names.
const PLAYED: [(&str, &[&str]); 5] =
    [("PJSIP", &["SIP"]), ("IAX2", &[]), ("DAHDI", &[]), ("AudioSocket", &[]), ("WebSocket", &[])];

/// The file system in memory that Linux has.
const IN_MEMORY: &str = "/dev/shm";

/// Where a scene is played.
pub(super) struct Stage {
    pub(super) exchange: Arc<Exchange>,
    pub(super) witness: Arc<Witness>,
    /// What the exchange keeps goes with it.
    _folder: TempDir,
}

impl Stage {
    pub(super) async fn set(
        configuration: &Configuration,
        prompts: Prompts,
        scene: &Scene,
    ) -> Result<Self, RehearsalError> {
        // What is kept is thrown away: where there is a file system in memory, nothing waits for a disk.
        let folder = tempfile::tempdir_in(IN_MEMORY).or_else(|_| tempfile::tempdir());
        let folder = folder.map_err(RehearsalError::Folder)?;
        let bell = Arc::new(Notify::new());
        let ringer = bell.clone();
        let media = MediaConfig { ports: configuration.rtp.ports.clone(), ..MediaConfig::default() };
        let (media, pacer) =
            MediaEngine::paced(&media, Instant::now().into_std(), move || ringer.notify_one())
                .map_err(StartError::from)?;
        tokio::spawn(pace(pacer, bell));
        let witness = Arc::new(Witness::default());
        let exchange = Exchange::start_with(
            without_network(configuration, &folder),
            prompts,
            vec![witness.clone()],
            media,
            WallClock::set_to(scene.time.clone()),
        )
        .await?;
        cast(&exchange, scene);
        Ok(Self { exchange, witness, _folder: folder })
    }
}

/// Does the work of the media plane as time passes.
async fn pace(mut pacer: Pacer, bell: Arc<Notify>) {
    while let Some(rest) = pacer.turn(Instant::now().into_std()) {
        match rest {
            None => bell.notified().await,
            Some(rest) => tokio::select! {
                () = bell.notified() => {}
                () = tokio::time::sleep(rest) => {}
            },
        }
    }
}

/// The same configuration, which listens nowhere, asks nobody and keeps what it learns in a folder of its own.
fn without_network(configuration: &Configuration, folder: &TempDir) -> Configuration {
    let mut own = configuration.clone();
    own.folders.database = folder.path().join("astdb.sqlite3");
    own.sip.transports.clear();
    own.http = HttpConfiguration::default();
    own.sip.registrations.clear();
    own.sip.identifies.clear();
    own.sip.outbound_publishes.clear();
    for aor in own.sip.aors.values_mut() {
        aor.contacts.clear();
    }
    own
}

/// Puts played phones in the place of real ones. A phone of the configuration that the scene says nothing of rings.
fn cast(exchange: &Arc<Exchange>, scene: &Scene) {
    for (name, aliases) in PLAYED {
        let parts: Vec<(String, Option<Part>)> = scene
            .phones
            .iter()
            .filter_map(|(phone, part)| {
                let (technology, resource) = phone.split_once('/')?;
                let is = |name: &&str| name.eq_ignore_ascii_case(technology);
                (is(&name) || aliases.iter().any(is)).then(|| (resource.to_owned(), part.clone()))
            })
            .collect();
        let weak = Arc::downgrade(exchange);
        let casting = move |resource: &str| {
            let phone = resource.rsplit('@').next().unwrap_or(resource);
            let told = parts.iter().rev().find(|(named, _)| named == resource || named == phone);
            if let Some((_, part)) = told {
                return part.clone().ok_or_else(|| OriginateError::NoContact(phone.to_owned()));
            }
            let known = name != "PJSIP"
                || weak
                    .upgrade()
                    .is_some_and(|exchange| exchange.configuration().sip.endpoints.contains_key(phone));
            if known { Ok(Part::Rings) } else { Err(OriginateError::NoSuchEndpoint(phone.to_owned())) }
        };
        PlayedPhones::take_over(exchange.switchboard(), name, aliases, Arc::new(casting));
    }
}
