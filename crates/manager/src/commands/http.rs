//! `http show status`: where HTTP is served, and what.

use std::fmt::Write;
use std::net::SocketAddr;

use pbx::HttpStatus;

use super::{Answer, Command, Context};

pub(super) const COMMANDS: &[Command] =
    &[Command::now("http show status", "Where HTTP is served, and which pages", show)];

#[expect(clippy::unnecessary_wraps, reason = "commands may fail")]
fn show(context: &Context, _: &[String]) -> Answer {
    Ok(told(&context.exchange.http_status()))
}

fn told(status: &HttpStatus) -> String {
    let mut text = String::from("HTTP Server Status:\n");
    // Writing into a String cannot fail.
    let _ = writeln!(text, "Prefix: {}", status.prefix);
    let _ = writeln!(text, "Server: {}", status.server_name);
    let _ = writeln!(text, "{}\n", bound("Server", status.plain));
    if status.secure.is_some() {
        let _ = writeln!(text, "{}\n", bound("HTTPS Server", status.secure));
    }
    let _ = writeln!(text, "Enabled URI's:");
    let is_served = status.plain.is_some() || status.secure.is_some();
    let pages = status.pages.iter().filter(|_| is_served);
    let listed = pages.fold(0, |listed, page| {
        let _ = writeln!(text, "{} => {}", page.path, page.title);
        listed + 1
    });
    if listed == 0 {
        text.push_str("None.\n");
    }
    text.push_str("\nEnabled Redirects:\n  None.\n");
    text
}

fn bound(server: &str, address: Option<SocketAddr>) -> String {
    match address {
        Some(address) => format!("{server} Enabled and Bound to {address}"),
        None => format!("{server} Disabled"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::*;
    use crate::commands::Stopping;
    use crate::narration::Narration;
    use crate::testing;

    /// What the console says of an exchange with this `http.conf`.
    async fn status(http: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("http.conf"), http).unwrap();
        let exchange = testing::exchange(folder.path(), Vec::new()).await;
        let (requests, _) = mpsc::channel(1);
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), requests));
        let context = Context::new(exchange.clone(), stopping, Narration::new().verbosity(0));
        let told = crate::commands::run(&context, "http show status").await.unwrap();
        exchange.stop().await;
        told
    }

    #[tokio::test]
    async fn a_server_tells_where_it_is_and_what_it_has() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let told = status(&format!(
            "[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={port}\nprefix=pbx\nservername=Desk\n"
        ))
        .await;
        assert!(told.starts_with("HTTP Server Status:\nPrefix: /pbx\nServer: Desk\n"), "{told}");
        assert!(told.contains(&format!("\nServer Enabled and Bound to 127.0.0.1:{port}\n")), "{told}");
        assert!(told.contains("\nEnabled URI's:\n/pbx/media/... => "), "{told}");
        assert!(!told.contains("HTTPS"), "{told}");
    }

    #[tokio::test]
    async fn a_server_that_is_off_has_nothing() {
        let told = status("[general]\nenabled=no\n").await;
        assert!(told.contains("\nServer Disabled\n"), "{told}");
        assert!(told.contains("\nEnabled URI's:\nNone.\n"), "{told}");
    }
}
