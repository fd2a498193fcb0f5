//! What makes calls an exchange: dialplan applications, registrar, configuration.
