//! What the NOTIFYs and PUBLISHes of event packages carry, as values: written here, and read where peers publish.
//!
//! | package | document | type |
//! | --- | --- | --- |
//! | `dialog` (RFC 4235) | `application/dialog-info+xml` | [`DialogInfo`] |
//! | `presence` (RFC 3856) | `application/pidf+xml` (RFC 3863, 4479, 4480) | [`Presence`] |
//! | the same, for old clients | `application/xpidf+xml`, `application/cpim-pidf+xml` | [`Presence::write_as`] |
//! | `message-summary` (RFC 3842) | `application/simple-message-summary` | [`MessageSummary`] |
//! | `reg` (RFC 3680) | `application/reginfo+xml` | [`RegistrationInfo`] |
//! | `asterisk-devicestate`, `asterisk-mwi` | `application/json` | [`ExchangeState`] |
//! | several at once (RFC 4662) | `multipart/related` | [`ResourceList`] |

mod dialog_info;
mod exchange_state;
mod message_summary;
mod pidf;
mod reg_info;
mod resource_list;
pub mod xml;
mod xpidf;

pub use dialog_info::{DialogInfo, DialogProgress, Party, WatchedDialog};
pub use exchange_state::{ExchangeState, ExchangeStateError};
pub use message_summary::MessageSummary;
pub use pidf::{Activity, Presence, Tuple};
pub use reg_info::{ContactEvent, RegisteredContact, RegistrationInfo};
pub use resource_list::{ListedResource, ResourceList};
