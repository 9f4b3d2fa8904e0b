use hostconfig::ConfigDir;
use keyring_core::mock;
use vsphere_sim::{Options, Simulator};

use super::*;
use crate::state::Shell;

/// A password that only the window shall know stays there, whatever else is saved of its server.
#[test]
fn a_password_is_remembered_only_where_that_was_asked_for() {
    keyring_core::set_default_store(mock::Store::new().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::new(ConfigDir::at(folder.path().join("config")), None);
    let place = shell.place();
    let server = Server::new("prod", "vc01.lab.local", "backup@vsphere.local", None).unwrap();
    let in_keyring = || credentials::load(&server).map(|password| password.expose_secret().to_owned()).ok();
    let saved = |known: Option<&Server>, password: &str, remember: Option<bool>| {
        assert!(save(&place, &server, known, password.into(), remember).unwrap().is_none());
        (view(&place, &server).remembered, in_keyring())
    };
    assert_eq!(saved(None, "once", Some(false)), (false, None));
    // Its certificate is accepted anew.
    assert_eq!(saved(Some(&server), "once", None), (false, None));
    assert_eq!(place.password(&server).unwrap().expose_secret(), "once");
    assert_eq!(saved(Some(&server), "kept", Some(true)), (true, Some("kept".into())));
    assert_eq!(saved(Some(&server), "kept", None), (true, Some("kept".into())));
    assert_eq!(saved(Some(&server), "kept", Some(false)), (false, None));

    // Started again, and nothing is known of it any more.
    let place = Shell::new(ConfigDir::at(folder.path().join("config")), None).place();
    assert_eq!(place.password(&server).unwrap_err().code(), "credentials_missing");
    assert!(!view(&place, &server).remembered);
}

/// The keyring may take its time until it is asked: whoever closes the dialog meanwhile wants nothing saved.
#[tokio::test]
async fn connecting_that_is_cancelled_before_the_server_is_asked_saves_nothing() {
    let sim = Simulator::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = Shell::new(ConfigDir::at(folder.path().join("config")), None).place();
    let input = || ServerInput {
        original: None,
        name: "prod".into(),
        address: sim.url(),
        user: "administrator@vsphere.local".into(),
        password: Some("hostkeep-demo".into()),
        remember: None,
        accept_thumbprint: Some(sim.thumbprint()),
    };
    let close = async || lock(&place.connecting).cancel();
    let (outcome, ()) = tokio::join!(connect(Arc::clone(&place), input()), close());
    assert_eq!(outcome.unwrap_err().code, "cancelled");
    assert!(place.settings().unwrap().servers.is_empty());
    connect(Arc::clone(&place), input()).await.unwrap();
    assert_eq!(place.settings().unwrap().servers.len(), 1);
}
