//! What devices, extensions and people do.

mod device_state;
mod extension_state;
mod hint;
mod presence_state;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "DEVICE_STATE",
        "DEVICE_STATE(device)",
        "What a device does; Custom: devices can be set.",
        device_state::read,
    )
    .set(device_state::write),
    Function::new(
        "EXTENSION_STATE",
        "EXTENSION_STATE(extension[@context])",
        "What the devices of a hint do together.",
        extension_state::read,
    ),
    Function::new("HINT", "HINT(extension[@context][,n])", "The devices of a hint.", hint::read),
    Function::new(
        "PRESENCE_STATE",
        "PRESENCE_STATE(provider,value|subtype|message[,e])",
        "What somebody says about itself; CustomPresence: providers can be set.",
        presence_state::read,
    )
    .set(presence_state::write),
];
