//! Closing the window while a run is under way, each answer; and starting Hostkeep a second time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use throwaway_desktop::{Window, until};
use tokio::sync::Notify;
use vsphere_sim::{FaultRule, Options, What};

use crate::backing_up::back_up_all;
use crate::lab::{Lab, TITLE};
use crate::{PROGRAM, hosts_named, lab_with};

#[tokio::test]
async fn a_window_that_is_told_to_stay_stays() {
    let Some((lab, window)) = in_mid_run(What::Stall).await else { return };
    let page = window.page();
    let question = page.role("dialog", "1 task still running");
    question.button("Stay").click().await;
    question.gone().await;
    page.button("Cancel the run").seen().await;
    // Asked again when it is closed again.
    lab.desktop.keyboard().close(TITLE);
    question.seen().await;
    window.end().await;
}

#[tokio::test]
async fn in_the_background_the_run_goes_on_and_a_second_start_brings_it_back() {
    let Some((lab, window)) = in_mid_run(What::Stall).await else { return };
    let page = window.page();
    // By key, as the driver waits for a page that it has clicked in, and this one is not drawn any more.
    lab.desktop.keyboard().press(&["Return"]);
    hidden(&lab).await;
    second_start(&lab);
    lab.desktop.keyboard().find(TITLE);
    page.button("Cancel the run").seen().await;
    page.containing("status", "5 of 6").seen().await;
    page.role("dialog", "1 task still running").gone().await;
    window.end().await;
}

#[tokio::test]
async fn in_the_background_it_ends_with_its_last_run() {
    let go_on = Arc::new(Notify::new());
    let Some((lab, window)) = in_mid_run(What::Until(Arc::clone(&go_on))).await else { return };
    let (mut monitor, notifications) =
        overheard(&lab, "interface='org.freedesktop.Notifications',member='Notify'").await;
    lab.desktop.keyboard().press(&["Return"]);
    hidden(&lab).await;
    go_on.notify_one();
    window.ended().await;
    assert_eq!(lab.bundles().len(), 6);
    until("a notification", async || match fs::read_to_string(&notifications) {
        Ok(told) if told.contains("Backed up 6 of 6 hosts") => Ok(()),
        told => Err(format!("{told:?}")),
    })
    .await;
    monitor.kill().unwrap();
    monitor.wait().unwrap();
}

#[tokio::test]
async fn cancelled_on_closing_it_ends_with_what_is_saved() {
    let Some((lab, window)) = in_mid_run(What::Stall).await else { return };
    lab.desktop.keyboard().press(&["Tab", "Return"]);
    window.ended().await;
    assert_eq!(lab.bundles().len(), 5);
}

#[tokio::test]
async fn without_a_run_it_closes_and_remembers_its_size() {
    let options = Options { hosts: hosts_named(1), ..Options::default() };
    let Some(lab) = lab_with(options).await else { return };
    let window = lab.open().await;
    let keyboard = lab.desktop.keyboard();
    keyboard.resize(&keyboard.find(TITLE), 1100, 700);
    window.wait_for("innerWidth === 1100 && innerHeight === 700").await;
    keyboard.close(TITLE);
    window.ended().await;
    let window = lab.open().await;
    window.wait_for("innerWidth === 1100 && innerHeight === 700").await;
    window.end().await;
}

/// The monitor that it was on is gone, and of what is left only a corner lies on another.
#[tokio::test]
async fn a_window_whose_title_bar_was_out_of_reach_comes_back_in_the_middle() {
    let options = Options { hosts: hosts_named(1), ..Options::default() };
    let Some(lab) = lab_with(options).await else { return };
    let window = lab.open().await;
    lab.desktop.keyboard().close(TITLE);
    window.ended().await;
    let file = remembered(&lab.desktop.folder("../config"));
    let mut state: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    (state["main"]["x"], state["main"]["y"]) = (json!(-1100), json!(-650));
    fs::write(&file, state.to_string()).unwrap();
    let window = lab.open().await;
    window.wait_for("screenX >= 0 && screenY >= 0").await;
    let middle = "Math.abs(2 * screenX + outerWidth - screen.availWidth) < 40";
    window.wait_for(middle).await;
    window.end().await;
}

#[tokio::test]
async fn a_second_start_brings_forth_the_window_that_is_there() {
    let options = Options { hosts: hosts_named(1), ..Options::default() };
    let Some(lab) = lab_with(options).await else { return };
    let window = lab.open().await;
    second_start(&lab);
    assert_eq!(lab.desktop.keyboard().count(TITLE), 1);
    window.page().button("Connect to a server").seen().await;
    window.end().await;
}

/// Five of six hosts are saved, the last one's backup waits; and the window has been told to close.
async fn in_mid_run(waits: What) -> Option<(Lab, Window)> {
    let options = Options { hosts: hosts_named(6), ..Options::default() };
    let lab = lab_with(options).await?;
    lab.sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", waits).on_host("esx06.lab.local"));
    let window = lab.open_connected().await;
    back_up_all(&window).await;
    window.page().containing("status", "5 of 6").seen().await;
    lab.desktop.keyboard().close(TITLE);
    window.page().role("dialog", "1 task still running").button("Go on in the background").seen().await;
    window.wait_for("document.activeElement.innerText === 'Go on in the background'").await;
    Some((lab, window))
}

/// The file that the place of the window is remembered in.
fn remembered(folder: &Path) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.file_name() {
                Some(name) if name == ".window-state.json" => return path,
                _ if path.is_dir() && !path.is_symlink() => folders.push(path),
                _ => {}
            }
        }
    }
    panic!("no file of it");
}

/// It ends at once, having told the first.
fn second_start(lab: &Lab) {
    let mut second = lab.desktop.command(PROGRAM.as_ref());
    let status = second.args(lab.arguments()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{status}");
}

/// Whatever of this goes over the session bus from now on; the file that it is written to.
async fn overheard(lab: &Lab, what: &str) -> (Child, PathBuf) {
    let file = lab.desktop.folder("bus").join("overheard");
    let mut monitor = lab.desktop.command("dbus-monitor".as_ref());
    monitor.args(["--session", what]).stdout(File::create(&file).unwrap());
    let monitor = monitor.spawn().unwrap();
    until("dbus-monitor", async || match fs::metadata(&file) {
        Ok(metadata) if metadata.len() > 0 => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    (monitor, file)
}

async fn hidden(lab: &Lab) {
    until("a hidden window", async || match lab.desktop.keyboard().count(TITLE) {
        0 => Ok(()),
        count => Err(format!("{count} can be seen")),
    })
    .await;
}
