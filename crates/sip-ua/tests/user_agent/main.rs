//! User agents that talk to each other over a simulated network, on a clock of its own.

mod network;

mod authentication;
mod chaos;
mod door;
mod forks;
mod ladders;
mod races;
mod reinvites;
mod weather;
