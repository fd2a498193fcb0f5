//! What makes calls an exchange: the configuration, the dialplan's applications and functions, the registrations.
//!
//! - [`configuration::Configuration`] reads a folder of Asterisk's `.conf` files and checks it like a program.
//! - [`Exchange`] runs one: it takes calls, walks them through the dialplan, and reloads without dropping them.
//! - [`applications`] and [`functions`] are what dialplans are written with: a file and a line in a table for each.
//!
//! ```no_run
//! use std::path::Path;
//! use call_control::Prompts;
//! use pbx::configuration::{Configuration, Folders};
//! use pbx::Exchange;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let folders = Folders::from_argument(Path::new("/etc/asterisk/asterisk.conf"))?;
//! let (configuration, report) = Configuration::load(&folders);
//! eprint!("{}", report.render(false));
//! let configuration = configuration.ok_or("the configuration has errors")?;
//! let exchange = Exchange::start(configuration, Prompts::default(), Vec::new()).await?;
//! exchange.drain().await;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod applications;
mod astdb;
mod audio_streams;
pub mod call_records;
mod click_to_dial;
pub mod conference;
pub mod configuration;
pub mod databases;
mod deadline;
mod dialplan;
mod directory;
mod entity_id;
mod error;
mod exchange;
pub mod functions;
mod geolocation;
mod http;
mod kept_bans;
mod kept_values;
mod messages;
pub mod music;
pub mod notices;
mod pickup;
pub mod presence;
pub mod publication;
pub mod qualify;
mod radio;
mod random_uuid;
pub mod recordings;
mod registered_phones;
pub mod registrar;
pub mod registration;
pub mod rehearsal;
pub mod sip_log;
mod speech;
mod sqlite_file;
mod steady_time;
mod stir_shaken;
mod transports;
mod upstream;
pub mod voicemail;
mod warnings;

pub use astdb::{AstDb, AstDbError};
pub use dialplan::{DialplanChannel, Frame, FrameKind, Frames, RoutineEnd, TooDeep, run_call};
pub use entity_id::{BadEntityId, EntityId};
pub use error::StartError;
pub use exchange::{Exchange, Globals, WallClock};
pub use http::{HttpStatus, ServedPage};
pub use messages::WaitingError;
