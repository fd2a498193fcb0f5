//! SIP user agent: transactions, dialogs, digest, registrar, transports.
