//! Scripts behind a port (FastAGI).

use std::io;
use std::time::Duration;

use billing_agi::agi::{HangUpNews, serve};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::time::timeout;

use super::script::Script;
use super::target::{Domain, Server};
use super::{Kind, Status, facts, status_of};

/// What the names of SRV records begin with.
const SERVICE: &str = "_agi._tcp";

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server by its name.
pub(super) async fn run(
    script: &mut Script<'_>,
    request: &str,
    server: &Server,
    arguments: &[String],
) -> Status {
    let Server { host, port, script: path } = server;
    match connect((host.as_str(), *port)).await {
        Ok(stream) => talk(script, request, stream, path, arguments).await,
        Err(problem) => {
            script.channel.warning(format!("AGI({request}): no server at {host}:{port}: {problem}"));
            Status::Failure
        }
    }
}

/// The first server of a domain that can be reached, in the order of its SRV records.
pub(super) async fn run_any(
    script: &mut Script<'_>,
    request: &str,
    domain: &Domain,
    arguments: &[String],
) -> Status {
    let service = format!("{SERVICE}.{}", domain.name);
    let servers = match script.channel.exchange.locator().service(&service).await {
        Ok(servers) => servers,
        Err(error) => {
            script.channel.warning(format!("AGI({request}): {error}"));
            return Status::Failure;
        }
    };
    let was_ended = script.channel.call.state().is_ended();
    for address in servers {
        if !was_ended && script.channel.call.state().is_ended() {
            return Status::HangUp;
        }
        match connect(address).await {
            Ok(stream) => return talk(script, request, stream, &domain.script, arguments).await,
            Err(problem) => {
                script.channel.warning(format!("AGI({request}): no server at {address}: {problem}"));
            }
        }
    }
    script.channel.warning(format!("AGI({request}): no server of {service} can be reached"));
    Status::Failure
}

async fn connect(address: impl ToSocketAddrs) -> io::Result<TcpStream> {
    let silence = || {
        let seconds = PATIENCE.as_secs();
        io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {seconds} s"))
    };
    timeout(PATIENCE, TcpStream::connect(address)).await.unwrap_or_else(|_| Err(silence()))
}

async fn talk(
    script: &mut Script<'_>,
    request: &str,
    stream: TcpStream,
    path: &str,
    arguments: &[String],
) -> Status {
    let _ = stream.set_nodelay(true);
    script.news = HangUpNews::Line;
    let environment = facts::of(script.channel, request, Some(path), Kind::Plain, arguments);
    let (input, output) = stream.into_split();
    let ended = serve(input, output, &environment, script).await;
    match ended {
        Ok(ended) => status_of(ended, script.channel.call.state().is_ended()),
        Err(error) => {
            script.channel.warning(format!("AGI({request}): {error}; the script is left"));
            Status::Failure
        }
    }
}
