//! extensions.conf compiled, matched and run as a state machine.
