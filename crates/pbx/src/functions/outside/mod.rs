//! What lies outside of the exchange: the environment, other programs, web servers.

mod curl;
mod curl_options;
mod environment;
mod http;
mod shell;

pub(super) use environment::Environment;

use crate::functions::{Danger, Function, reads_later};

pub(super) const ROWS: &[Function] = &[
    Function::new("CURL", "CURL(url[,post-data])", "What a web server answers.", reads_later)
        .later(curl::read)
        .dangerous(Danger::Writing),
    Function::new("CURLOPT", "CURLOPT(key)", "How CURL asks.", curl_options::read).set(curl_options::write),
    Function::new("ENV", "ENV(varname)", "A variable of the environment.", environment::read)
        .set(environment::write)
        .dangerous(Danger::Writing),
    Function::new("SHELL", "SHELL(command)", "What a command of the shell prints.", reads_later)
        .later(shell::read)
        .dangerous(Danger::Both),
];

#[cfg(test)]
mod tests;
