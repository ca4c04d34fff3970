//! How soapstone speaks to the clinic's other systems (the EHR, the single sign-on): one way to make a client, so that what
//! holds for one holds for all.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};

/// A client that waits `timeout` for an answer and goes where it was sent alone: a redirect is an answer and no order, as it
/// could lead a note or a secret to anybody.
pub fn client(timeout: Duration) -> Client {
    // The one provider of TLS in the program; that it is installed already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(timeout).redirect(Policy::none()).build();
    client.expect("the settings are fixed")
}
