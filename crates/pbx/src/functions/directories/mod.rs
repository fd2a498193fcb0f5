//! What the domain name system knows of numbers and services: ENUM (RFC 6116) and servers (RFC 2782).

mod caller_name;
mod enumeration;
mod results;
mod service;

use crate::functions::{Function, reads_later};

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "ENUMLOOKUP",
        "ENUMLOOKUP(number[,method-type[,options[,record#[,zone-suffix]]]])",
        "The address that a number stands for.",
        reads_later,
    )
    .later(enumeration::look_up),
    Function::new(
        "ENUMQUERY",
        "ENUMQUERY(number[,method-type[,zone-suffix]])",
        "Looks a number up, for ENUMRESULT.",
        reads_later,
    )
    .later(enumeration::query),
    Function::new(
        "ENUMRESULT",
        "ENUMRESULT(id,resultnum)",
        "An address that ENUMQUERY has found, or how many there are.",
        enumeration::result,
    ),
    Function::new("SRVQUERY", "SRVQUERY(service)", "Looks the servers of a service up.", reads_later)
        .later(service::query),
    Function::new(
        "SRVRESULT",
        "SRVRESULT(id,resultnum[,field])",
        "A server that SRVQUERY has found, or how many there are.",
        service::result,
    ),
    Function::new(
        "TXTCIDNAME",
        "TXTCIDNAME(number[,zone-suffix])",
        "The name that the domain name system has for a number.",
        reads_later,
    )
    .later(caller_name::look_up),
];

/// How long all that a function asks for may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

#[cfg(test)]
mod tests;
