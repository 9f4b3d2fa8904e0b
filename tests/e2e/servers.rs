//! Connecting: the first run, the certificate, the password and where it is kept.

use std::fs;

use throwaway_desktop::until;

use crate::lab;
use crate::lab::{PASSWORD, SERVER, USER, first_of, hosts};

#[tokio::test]
async fn the_first_run_shows_the_certificate_and_sends_nothing_before_it_is_accepted() {
    let Some(lab) = lab(3).await else { return };
    let window = lab.open().await;
    let page = window.page();
    page.button("Connect to a server").click().await;
    let address = lab.sim.address().to_string();
    let form = page.role("dialog", "Connect to a server");
    form.field("Address").fill(&address).await;
    form.field("User name").fill(USER).await;
    form.field("Password").fill("wrong").await;
    form.field("Name in Hostkeep").fill(SERVER).await;
    form.button("Connect").click().await;

    let question = page.containing("dialog", "Trust the certificate of");
    question.shows(&lab.sim.thumbprint()).await;
    question.shows(&lab.sim.thumbprint_sha1()).await;
    assert_eq!(lab.sim.sessions_ever(), 0);
    assert!(lab.sim.requests().iter().all(|request| request.kind != "Login"), "{:?}", lab.sim.requests());
    question.button("Trust and connect").click().await;

    // A wrong password is told in place, and nothing else has to be typed again.
    form.shows("password").await;
    assert_eq!(form.field("Address").value().await, address);
    form.field("Password").fill(PASSWORD).await;
    form.button("Connect").click().await;
    if first_of(&[&hosts(&window), &question]).await == 1 {
        question.button("Trust and connect").click().await;
    }
    for host in lab.sim.hosts() {
        hosts(&window).containing("row", &host.name()).seen().await;
    }
    let settings = fs::read_to_string(lab.config().join("settings.json")).unwrap();
    assert!(settings.contains(&lab.sim.thumbprint()), "{settings}");
    assert!(!settings.contains(PASSWORD), "{settings}");
    window.end().await;
}

#[tokio::test]
async fn after_a_restart_the_keyring_has_the_password() {
    let Some(lab) = lab(2).await else { return };
    lab.open_connected().await.end().await;
    let before = lab.sim.sessions_ever();
    let window = lab.open().await;
    let page = window.page();
    hosts(&window).containing("row", "esx01").seen().await;
    until("the hosts to be read anew", async || {
        if lab.sim.sessions_ever() > before { Ok(()) } else { Err("what is shown is from before") }
    })
    .await;
    page.containing("status", "Read just now").seen().await;
    assert_eq!(page.button("Enter password").count().await, Ok(0));
    window.end().await;
}

#[tokio::test]
async fn a_password_that_is_not_remembered_is_asked_for_after_a_restart() {
    let Some(lab) = lab(2).await else { return };
    let window = lab.open().await;
    lab.save_server(&window, false).await;
    window.end().await;
    let window = lab.open().await;
    let page = window.page();
    // The hosts are shown from what was read last, with what is missing above them.
    hosts(&window).containing("row", "esx02").seen().await;
    page.button("Enter password").click().await;
    let form = page.role("dialog", &format!("Password for {SERVER}"));
    form.field("Password").fill(PASSWORD).await;
    form.button("Save").click().await;
    form.gone().await;
    page.button("Enter password").gone().await;
    page.containing("status", "Read just now").seen().await;
    window.end().await;
}

#[tokio::test]
async fn a_changed_certificate_stops_everything_until_it_is_accepted() {
    let Some(lab) = lab(2).await else { return };
    let window = lab.open_connected().await;
    let page = window.page();
    hosts(&window).containing("row", "esx01").seen().await;
    let old = lab.sim.thumbprint();
    lab.sim.change_certificate();
    let before = lab.sim.sessions_ever();
    page.button("Refresh").click().await;
    page.button("Show certificate").click().await;
    let stop = page.containing("dialog", "has changed");
    stop.role("region", "Accepted before").shows(&old).await;
    stop.role("region", "Shown now").shows(&lab.sim.thumbprint()).await;
    assert_eq!(lab.sim.sessions_ever(), before);
    let accept = stop.button("Accept the new certificate");
    assert!(accept.attribute("disabled").await.is_some(), "it has to be understood first");
    stop.containing("checkbox", "replaced on purpose").click().await;
    accept.click().await;
    stop.gone().await;
    page.button("Show certificate").gone().await;
    page.containing("status", "Read just now").seen().await;
    let settings = fs::read_to_string(lab.config().join("settings.json")).unwrap();
    assert!(settings.contains(&lab.sim.thumbprint()) && !settings.contains(&old), "{settings}");
    window.end().await;
}
