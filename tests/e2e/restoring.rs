//! Restoring: a file chosen in the system's own dialog, the plan, the name typed, the progress, the report, and back again;
//! and what is left when the page is loaded again or the program is killed in the middle.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use throwaway_desktop::{Window, until};
use vsphere_sim::{Accepts, FaultRule, HostSpec, Options, SimHost, What};

use crate::lab::{Lab, TITLE, hosts};
use crate::{hosts_named, lab_with};

const HOST: &str = "esx01.lab.local";
/// Of the simulated hosts' own root.
const ROOT_PASSWORD: &str = "hostkeep-root";

#[tokio::test]
async fn a_file_from_the_systems_dialog_is_restored_proven_and_undone() {
    let Some((lab, window)) = lab_with_bundles(Duration::from_secs(1)).await else { return };
    let (page, host) = (window.page(), lab.sim.host(HOST));
    let file = lab.desktop.folder("bundles").join("configBundle of yesterday.tgz");
    fs::write(&file, host.bundle()).unwrap();
    host.set_ntp(&["changed.since.lab"]);

    hosts(&window).containing("row", HOST).click().await;
    page.button("Restore…").click().await;
    page.text("The bundle is of this hardware.").seen().await;
    page.button("Choose another file…").click().await;
    let keyboard = lab.desktop.keyboard();
    keyboard.activate("Choose a bundle");
    keyboard.press(&["ctrl+l"]);
    keyboard.type_text(file.to_str().unwrap());
    until("the dialog's end", async || {
        // It takes a path only once it has looked at the folder.
        keyboard.press(&["Return"]);
        if keyboard.count("Choose a bundle") == 0 { Ok(()) } else { Err("it is open") }
    })
    .await;
    page.text("configBundle of yesterday.tgz").seen().await;
    page.text("The bundle is of this hardware.").seen().await;

    page.button("Look at the plan").click().await;
    page.text("It can be done: 2 warnings to be accepted").seen().await;
    assert_eq!(host.times_restored(), 0);
    let last = page.button(&format!("Restore {HOST} and restart it"));
    for warning in ["Build", "Root's password"] {
        assert_eq!(last.attribute("disabled").await.as_deref(), Some(""));
        page.role("checkbox", &format!("Accept: {warning}")).click().await;
    }
    page.field(&format!("Type {HOST} to restore it")).fill("esx01").await;
    assert_eq!(last.attribute("disabled").await.as_deref(), Some(""));
    page.field(&format!("Type {HOST} to restore it")).fill(HOST).await;
    last.click().await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    assert_eq!(host.times_restored(), 1);
    assert!(!host.in_maintenance_mode());
    assert!(!servers_of(&host).contains(&"changed.since.lab".to_owned()));

    // The safety backup has what was there before, and is restored by a plan of its own.
    page.button("Undo: restore the safety backup…").click().await;
    page.text("The bundle is of this hardware.").seen().await;
    consent(&window, &["Root's password"]).await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    assert_eq!(host.times_restored(), 2);
    assert!(servers_of(&host).contains(&"changed.since.lab".to_owned()));

    page.role("navigation", "Pages").role("link", "Activity").click().await;
    page.role("tab", "Restores 2").click().await;
    page.role("grid", "Restores").containing("row", HOST).shows("Restored, proven").await;
    window.end().await;
}

#[tokio::test]
async fn a_plan_that_no_longer_holds_is_shown_again_and_nothing_is_done() {
    let Some((lab, window)) = lab_with_bundles(Duration::from_secs(1)).await else { return };
    let (page, host) = (window.page(), lab.sim.host(HOST));
    plan(&window).await;
    page.text("It can be done: 1 warning to be accepted").seen().await;
    host.set_maintenance_mode(true);
    consent_to_what_is_shown(&window, &["Root's password"]).await;
    page.text("The plan has changed since it was shown. Nothing was changed on the host.").seen().await;
    page.containing("group", "The plan has changed").shows("Maintenance mode").await;
    assert_eq!(host.times_restored(), 0);
    assert_eq!(restores(&window).await, 0, "what was refused is no restore");
    window.end().await;
}

#[tokio::test]
async fn cancelled_before_the_host_is_told_everything_is_taken_back() {
    let Some((lab, window)) = lab_with_bundles(Duration::from_secs(1)).await else { return };
    let (page, host) = (window.page(), lab.sim.host(HOST));
    lab.sim.add_fault(FaultRule::put(What::Stall));
    plan(&window).await;
    consent_to_what_is_shown(&window, &["Root's password"]).await;
    page.containing("status", &format!("The bundle is sent to {HOST}")).seen().await;
    assert!(host.in_maintenance_mode());
    page.button("Cancel the restore").click().await;
    page.containing("status", &format!("Nothing was restored: {HOST} is as it was found")).seen().await;
    assert!(!host.in_maintenance_mode());
    assert_eq!(host.times_restored(), 0);
    window.end().await;
}

#[tokio::test]
async fn a_page_that_is_loaded_again_in_mid_restore_loses_nothing() {
    let Some((_lab, window)) = lab_with_bundles(Duration::from_secs(4)).await else { return };
    let page = window.page();
    plan(&window).await;
    consent_to_what_is_shown(&window, &["Root's password"]).await;
    page.containing("status", &format!("{HOST} is restarting")).seen().await;
    window.reload().await;
    page.text("It cannot be cancelled any more").seen().await;
    assert_eq!(page.button("Cancel the restore").attribute("disabled").await.as_deref(), Some(""));
    page.text("given up after 30 min").seen().await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    window.reload().await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    window.end().await;
}

#[tokio::test]
async fn killed_in_mid_restore_the_next_start_announces_it_and_goes_on() {
    let Some((lab, window)) = lab_with_bundles(Duration::from_secs(4)).await else { return };
    let host = lab.sim.host(HOST);
    plan(&window).await;
    consent_to_what_is_shown(&window, &["Root's password"]).await;
    window.page().containing("status", &format!("{HOST} is restarting")).seen().await;
    let killed = Command::new("kill").args(["-KILL", &window.process().to_string()]).status().unwrap();
    assert!(killed.success());
    window.ended().await;

    let window = lab.open().await;
    let page = window.page();
    page.role("region", "Restores").shows(&format!("The restore of {HOST} was interrupted")).await;
    page.button(&format!("See what can be done for {HOST}")).click().await;
    page.text("It stood at").seen().await;
    page.button("Keep watching").click().await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    assert_eq!(host.times_restored(), 1, "it is never told twice");
    assert!(!host.in_maintenance_mode());
    page.button(&format!("See what can be done for {HOST}")).gone().await;
    window.end().await;
}

#[tokio::test]
async fn a_host_that_wants_a_user_of_its_own_gets_it_at_the_second_plan() {
    let options = options(Duration::from_millis(300));
    let hosts = options.hosts.into_iter().map(|host| HostSpec { upload: Accepts::BASIC, ..host }).collect();
    let Some((lab, window)) = with_bundles(Options { hosts, ..options }).await else { return };
    let (page, host) = (window.page(), lab.sim.host(HOST));
    plan(&window).await;
    consent_to_what_is_shown(&window, &["Root's password"]).await;
    page.containing("status", &format!("Nothing was restored: {HOST} is as it was found")).seen().await;
    assert!(!host.in_maintenance_mode());
    page.button("Plan it again, with the host's own user").click().await;
    page.text("The bundle is of this hardware.").seen().await;
    page.button("Look at the plan").click().await;
    page.role("checkbox", "Accept: Root's password").click().await;
    page.field("Host's user").seen().await;
    page.role("textbox", "Host's password").fill(ROOT_PASSWORD).await;
    page.role("checkbox", "Remember it").click().await;
    consent_to_what_is_shown(&window, &[]).await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    assert_eq!(host.times_restored(), 1);

    // Remembered as wanted: the keyring gives it the next time.
    page.button("Undo: restore the safety backup…").click().await;
    page.text("The bundle is of this hardware.").seen().await;
    page.button("Look at the plan").click().await;
    page.role("checkbox", "Accept: Root's password").click().await;
    page.role("checkbox", "Give a user of the host itself").click().await;
    consent_to_what_is_shown(&window, &[]).await;
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    assert_eq!(host.times_restored(), 2);
    let journals = lab.config().join("restores");
    for journal in fs::read_dir(journals).unwrap().map(|entry| entry.unwrap().path()) {
        assert!(!fs::read_to_string(&journal).unwrap().contains(ROOT_PASSWORD), "{}", journal.display());
    }
    window.end().await;
}

#[tokio::test]
async fn closed_for_good_in_mid_restore_it_is_announced_at_the_next_start() {
    let Some((lab, window)) = lab_with_bundles(Duration::from_secs(3)).await else { return };
    plan(&window).await;
    consent_to_what_is_shown(&window, &["Root's password"]).await;
    window.page().containing("status", &format!("{HOST} is restarting")).seen().await;
    let keyboard = lab.desktop.keyboard();
    keyboard.close(TITLE);
    let question = window.page().role("dialog", "1 task still running");
    question.shows(&format!("{HOST} was told to restore, and goes on by itself.")).await;
    focused(&window, "Go on in the background").await;
    // By key: the driver waits for a page that it has clicked in, and this one goes.
    keyboard.press(&["Tab", "Return"]);
    window.ended().await;

    // The share of the archive may have been on this cluster: going on needs none of it.
    std::fs::rename(lab.archive(), lab.desktop.folder("elsewhere").join("archive")).unwrap();
    let window = lab.open().await;
    let page = window.page();
    page.button(&format!("See what can be done for {HOST}")).click().await;
    page.button("Keep watching").click().await;
    page.containing("status", &format!("{HOST} was restored, but not everything is proven")).seen().await;
    page.button("It is looked after").click().await;
    let question = page.containing("dialog", "looked after?");
    question.button("It is looked after").click().await;
    question.gone().await;
    page.button("It is looked after").gone().await;
    window.end().await;
}

#[tokio::test]
async fn from_the_list_of_hosts_to_the_proof_by_the_keyboard_alone() {
    let Some((lab, window)) = lab_with_bundles(Duration::from_secs(1)).await else { return };
    let (page, keyboard) = (window.page(), lab.desktop.keyboard());
    keyboard.activate(TITLE);
    hosts(&window).containing("row", HOST).seen().await;
    keyboard.press(&["ctrl+f"]);
    keyboard.type_text("esx01");
    keyboard.press(&["Down", "space", "shift+F10"]);
    focused(&window, "Back up").await;
    keyboard.press(&["Down", "Return"]);
    page.text("The bundle is of this hardware.").seen().await;
    tab_to(&lab, &window, "Look at the plan").await;
    keyboard.press(&["Return"]);
    page.text("It can be done: 1 warning to be accepted").seen().await;
    tab_to(&lab, &window, "Accept: Root's password").await;
    keyboard.press(&["space"]);
    tab_to(&lab, &window, &format!("Type {HOST}")).await;
    keyboard.type_text(HOST);
    keyboard.press(&["Return"]);
    page.containing("status", &format!("{HOST} was restored, and that is proven")).seen().await;
    assert_eq!(lab.sim.host(HOST).times_restored(), 1);
    window.end().await;
}

/// Two hosts, each with a bundle in the archive, and the hosts' page.
async fn lab_with_bundles(restore_reboot: Duration) -> Option<(Lab, Window)> {
    with_bundles(options(restore_reboot)).await
}

fn options(restore_reboot: Duration) -> Options {
    Options { hosts: hosts_named(2), restore_reboot, task_time: Duration::ZERO, ..Options::default() }
}

async fn with_bundles(options: Options) -> Option<(Lab, Window)> {
    let lab = lab_with(options).await?;
    let window = lab.open_connected().await;
    window.invoke("start_backup", json!({ "request": { "hosts": null, "note": null } })).await;
    let page = window.page();
    until("two bundles", async || match lab.bundles().len() {
        2 => Ok(()),
        count => Err(format!("{count} bundles")),
    })
    .await;
    page.role("region", "Recent tasks").shows("2 hosts saved").await;
    hosts(&window).containing("row", HOST).seen().await;
    Some((lab, window))
}

/// From the host to the plan for its newest bundle.
async fn plan(window: &Window) {
    let page = window.page();
    hosts(window).containing("row", HOST).click().await;
    page.button("Restore…").click().await;
    page.text("The bundle is of this hardware.").seen().await;
    page.button("Look at the plan").click().await;
}

async fn consent(window: &Window, warnings: &[&str]) {
    window.page().button("Look at the plan").click().await;
    consent_to_what_is_shown(window, warnings).await;
}

async fn consent_to_what_is_shown(window: &Window, warnings: &[&str]) {
    let page = window.page();
    for warning in warnings {
        page.role("checkbox", &format!("Accept: {warning}")).click().await;
    }
    page.field(&format!("Type {HOST} to restore it")).fill(HOST).await;
    page.button(&format!("Restore {HOST} and restart it")).click().await;
}

async fn restores(window: &Window) -> usize {
    let list = window.invoke("list_restores", json!({})).await;
    list["restores"].as_array().map_or(0, Vec::len)
}

fn servers_of(host: &SimHost) -> Vec<String> {
    host.content_in_force().ntp
}

const NAME: &str = "((e) => e === document.body ? '' : `${e.getAttribute('aria-label') ?? ''} ${[...(e.labels ?? [])].map((l) => l.innerText)} ${e.innerText}`)";

async fn focused(window: &Window, words: &str) {
    window.wait_for(&format!("{NAME}(document.activeElement).includes({})", Value::from(words))).await;
}

/// Tab, until this has the focus.
async fn tab_to(lab: &Lab, window: &Window, words: &str) {
    let has_focus = format!("return {NAME}(document.activeElement).includes({})", Value::from(words));
    for _ in 0..60 {
        if window.run(&has_focus, json!([])).await == Value::Bool(true) {
            return;
        }
        lab.desktop.keyboard().press(&["Tab"]);
    }
    panic!("{words} is not reached by Tab");
}
