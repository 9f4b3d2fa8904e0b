//! What changed between two days: told by the archive, compared, searched for, and never a secret on the page.

use std::fs;

use throwaway_desktop::Window;

use crate::backing_up::back_up_all;
use crate::lab;

const HOST: &str = "esx01.lab.local";

#[tokio::test]
async fn what_was_changed_between_two_days_is_compared_and_found() {
    let Some(lab) = lab(2).await else { return };
    let window = lab.open_connected().await;
    let page = window.page();
    back_up_all(&window).await;
    page.containing("status", "2 hosts saved").seen().await;
    let host = lab.sim.host(HOST);
    host.set_ntp(&["ntp1.lab.local", "ntp77.lab.local"]);
    host.set_port_groups(&["Management Network", "VM Network", "VLAN 300"]);
    host.set_root_password("another of the second day");
    go_to(&window, "Hosts").await;
    back_up_all(&window).await;
    page.containing("status", "2 hosts saved").seen().await;

    go_to(&window, "Hosts").await;
    let hosts = page.role("grid", "Hosts");
    hosts.containing("row", HOST).shows("Changed").await;
    hosts.containing("row", "esx02").shows("Since ").await;
    go_to(&window, "Archive").await;
    let bundles = page.role("grid", "Bundles");
    bundles.containing("row", "esx02").shows("Since ").await;
    bundles.containing("row", "Changed").containing("gridcell", HOST).click().await;
    page.button("Compare with the one before").click().await;
    page.containing("status", "8 settings and").seen().await;
    let network = page.role("region", "Networking");
    network.shows("Port group VLAN 300").await;
    network.shows("Added").await;
    network.shows("Removed").await;
    page.role("region", "Time configuration").shows("ntp1.lab.local, ntp77.lab.local").await;
    let users = page.role("region", "Users and permissions");
    users.shows("[redacted: password hash]").await;
    users.shows("What is redacted differs").await;
    assert_eq!(page.containing("region", "Advanced").count().await, Ok(0));
    page.containing("tab", "Files").click().await;
    page.containing("button", "etc/ntp.conf").click().await;
    page.role("table", "Lines of etc/ntp.conf").shows("server ntp77.lab.local").await;
    let shown = window.run("return document.documentElement.outerHTML", serde_json::json!([])).await;
    assert!(!shown.as_str().unwrap().contains("$6$"), "a password hash is on the page");

    page.button("Export…").click().await;
    page.role("menuitem", "Text…").click().await;
    let keyboard = lab.desktop.keyboard();
    keyboard.activate("Save as");
    let exported = lab.desktop.folder("exported").join("compared.txt");
    keyboard.press(&["ctrl+a"]);
    keyboard.type_text(exported.to_str().unwrap());
    keyboard.press(&["Return"]);
    page.text("The comparison was saved.").seen().await;
    let exported = fs::read_to_string(exported).unwrap();
    assert!(exported.contains("ntp77.lab.local") && exported.contains("VLAN 300"), "{exported}");
    assert!(!exported.contains("$6$"), "a password hash was exported");

    go_to(&window, "Search").await;
    page.role("textbox", "Search settings").fill("NTP77.lab").await;
    page.button("Search").click().await;
    let found = page.role("grid", "Found settings").containing("row", "ntp77.lab.local");
    found.shows(HOST).await;
    found.click().await;
    page.role("region", "Details").containing("button", HOST).click().await;
    page.role("grid", "Settings").shows("ntp1.lab.local, ntp77.lab.local").await;
    let address = window.run("return location.hash", serde_json::json!([])).await;
    let record = address.as_str().unwrap().split(['=', '&']).nth(1).unwrap().to_owned();
    let bundle = serde_json::json!({ "bundle": { "kind": "record", "id": record } });
    let inside = window.invoke("look_inside", bundle).await.to_string();
    assert!(inside.contains("[redacted: password hash]"), "root's password is a setting");
    assert!(!inside.contains("$6$"), "a password hash reaches the page");

    go_to(&window, "Search").await;
    page.role("textbox", "Search settings").fill("$6$").await;
    page.button("Search").click().await;
    page.text("Nothing has \"$6$\" in it").seen().await;
    window.end().await;
}

#[tokio::test]
async fn bundles_that_nobody_has_read_yet_are_read_while_the_archive_is_looked_at() {
    let Some(lab) = lab(1).await else { return };
    let window = lab.open_connected().await;
    let page = window.page();
    back_up_all(&window).await;
    page.containing("status", "1 host saved").seen().await;
    lab.sim.host(HOST).set_ntp(&["ntp77.lab.local"]);
    go_to(&window, "Hosts").await;
    back_up_all(&window).await;
    page.containing("status", "1 host saved").seen().await;
    window.end().await;
    fs::remove_dir_all(lab.archive().join(".hostkeep/fingerprints")).unwrap();

    let window = lab.open().await;
    go_to(&window, "Archive").await;
    let changed = window.page().role("grid", "Bundles").containing("row", "Changed");
    changed.click().await;
    window.page().button("Show the host's changes").click().await;
    window.page().role("region", "What changed when").shows("1 setting").await;
    window.end().await;
    assert!(lab.archive().join(".hostkeep/fingerprints").is_dir(), "what was read is kept");
}

async fn go_to(window: &Window, page: &str) {
    window.page().role("navigation", "Pages").role("link", page).click().await;
}
