//! Scripts behind a port (FastAGI).

use std::time::Duration;

use billing_agi::agi::{HangUpNews, serve};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::facts;
use super::script::Script;
use super::target::Server;
use super::{Status, status_of};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(
    script: &mut Script<'_>,
    request: &str,
    server: &Server,
    arguments: &[String],
) -> Status {
    let Server { host, port, script: path } = server;
    let stream = match timeout(PATIENCE, TcpStream::connect((host.as_str(), *port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            script.channel.warning(format!("AGI({request}): no server at {host}:{port}: {error}"));
            return Status::Failure;
        }
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            script.channel.warning(format!("AGI({request}): no answer of {host}:{port} within {seconds} s"));
            return Status::Failure;
        }
    };
    let _ = stream.set_nodelay(true);
    script.news = HangUpNews::Line;
    let environment = facts::of(script.channel, request, Some(path), arguments);
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
