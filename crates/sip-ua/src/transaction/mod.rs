//! The transaction layer and its four machines (RFC 3261 section 17, corrected by RFC 6026).
//!
//! Meet [`TransactionLayer`] first: messages and times go in, messages and [`TransactionEvent`]s come out. The
//! machines ([`InviteClient`], [`NonInviteClient`], [`InviteServer`], [`NonInviteServer`]) know nothing of headers;
//! each is drawn above its type, and can be driven alone.

// The four machines, and the times they keep.
mod invite_client;
mod invite_server;
mod non_invite_client;
mod non_invite_server;
mod timers;
// The layer around them.
mod client;
mod client_side;
mod large;
mod layer;
mod server;
mod server_side;
mod soundness;
// What the layer is made of.
mod counters;
mod deadlines;
mod derived;
mod event;
mod limits;
mod malformed;
mod matching;
mod road;
mod table;
mod written;

pub use counters::Counters;
pub use event::{ClientTransactionId, Failure, ServerTransactionId, TransactionEvent};
pub use invite_client::InviteClient;
pub use invite_server::{AckDestination, InviteServer, InviteServerEvent};
pub use layer::TransactionLayer;
pub use limits::Limits;
pub use non_invite_client::NonInviteClient;
pub use non_invite_server::NonInviteServer;
pub use road::ReplyRoute;
pub use timers::Timers;
pub(crate) use written::{WrittenRequest, WrittenResponse};
