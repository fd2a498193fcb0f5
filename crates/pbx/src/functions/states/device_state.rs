//! `DEVICE_STATE(device)`: what a device does. `Custom:` devices can be set.

use call_control::DeviceState;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "DEVICE_STATE";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    match arguments.trim() {
        "" => Err(FunctionError::arguments(NAME, arguments, "name a device, as in PJSIP/alice")),
        device => Ok(scope.exchange.presence().device(device).name().to_owned()),
    }
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let device = arguments.trim();
    if !device.starts_with("Custom:") || device == "Custom:" {
        let problem = "only devices named Custom:… can be set";
        return Err(FunctionError::arguments(NAME, arguments, problem));
    }
    let state = DeviceState::from_name(value.trim()).ok_or_else(|| {
        let known: Vec<&str> = DeviceState::ALL.iter().map(|state| state.name()).collect();
        FunctionError::arguments(NAME, arguments, format!("'{value}' is none of {}", known.join(", ")))
    })?;
    scope.exchange.presence().set_device(device, state);
    Ok(())
}
