//! Rooms of many callers: what each of them goes through, from the door to the street.
//!
//! `conf_bridge.rs` is the application, `entrance.rs` and `name.rs` what comes before somebody is in the room, `visit.rs` what happens while it
//! is, `menu.rs` what its keys do, `numbers.rs` how counts are said. The rooms themselves are in [`crate::conference`].

pub(super) mod conf_bridge;
pub(super) mod conf_kick;
mod entrance;
mod menu;
mod name;
mod numbers;
mod visit;
