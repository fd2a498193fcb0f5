//! What the tests share: the exchange, the phones, the measuring.

pub(crate) mod authority;
pub(crate) mod baresip;
pub(crate) mod capture;
pub(crate) mod control;
pub(crate) mod crowd;
pub(crate) mod dns;
pub(crate) mod exchange;
pub(crate) mod flood;
pub(crate) mod folder;
pub(crate) mod kamailio;
pub(crate) mod ladder;
pub(crate) mod mariadb;
pub(crate) mod media;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod scene;
pub(crate) mod sipp;
pub(crate) mod tone;
pub(crate) mod trial;
pub(crate) mod wait;
pub(crate) mod web_server;
pub(crate) mod wire;

pub(crate) use authority::Authority;
pub(crate) use baresip::Baresip;
pub(crate) use exchange::Exchange;
pub(crate) use flood::Flood;
pub(crate) use folder::Folder;
pub(crate) use kamailio::Kamailio;
pub(crate) use ladder::Ladder;
pub(crate) use mariadb::Mariadb;
pub(crate) use media::Media;
pub(crate) use scene::Scene;
pub(crate) use sipp::Sipp;
pub(crate) use trial::{Outcome, ensure, trial};
pub(crate) use web_server::WebServer;
pub(crate) use wire::Wire;
