//! Backing up: many hosts of which some fail, cancelling, trying again, and a page that is loaded again meanwhile.

use std::time::Duration;

use throwaway_desktop::Window;
use vsphere_sim::{FaultRule, Options, SoapFault, What};

use crate::lab::{first_of, hosts};
use crate::{hosts_named, lab, lab_with};

const NOTE: &str = "before the update";

#[tokio::test]
async fn of_fifty_hosts_three_fail_and_are_tried_again() {
    let Some(lab) = lab(50).await else { return };
    let failing = ["esx07.lab.local", "esx23.lab.local", "esx42.lab.local"];
    for host in failing {
        let fault = What::Fault(SoapFault::host_communication());
        lab.sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", fault).on_host(host).once());
    }
    let window = lab.open_connected().await;
    back_up_all(&window).await;
    let page = window.page();
    page.containing("status", "47 hosts saved, 3 failed").seen().await;
    assert_eq!(lab.bundles().len(), 47);

    page.containing("tab", "Failed").click().await;
    let run = page.role("grid", "Back up 50 hosts");
    for host in failing {
        let row = run.containing("row", host);
        row.shows("Failed").await;
        row.containing("gridcell", "esx").seen().await;
    }
    page.button("Retry the 3 failed").click().await;
    page.role("grid", "Back up 3 hosts").seen().await;
    page.containing("status", "3 hosts saved").seen().await;
    assert_eq!(lab.bundles().len(), 50);

    // The report is the run's own, with the note that was given.
    page.button("Open report").click().await;
    page.role("grid", "Hosts of the run").containing("row", failing[0]).shows("Saved").await;
    page.text(NOTE).seen().await;
    page.role("navigation", "Pages").role("link", "Hosts").click().await;
    page.containing("button", "50 Fresh").seen().await;
    window.end().await;
}

#[tokio::test]
async fn one_host_is_cancelled_and_then_the_whole_run_and_what_is_saved_stays() {
    let options = Options { hosts: hosts_named(12), ..Options::default() };
    let Some(lab) = lab_with(options).await else { return };
    // These three never finish by themselves.
    for host in ["esx01.lab.local", "esx02.lab.local", "esx03.lab.local"] {
        lab.sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", What::Stall).on_host(host));
    }
    let window = lab.open_connected().await;
    back_up_all(&window).await;
    let page = window.page();
    let run = page.role("grid", "Back up 12 hosts");
    run.containing("row", "esx02").click().await;
    page.button("Cancel 1 host").click().await;
    run.containing("row", "esx02").shows("Cancelled").await;
    page.containing("status", "10 of 12").seen().await;
    page.button("Cancel the run").click().await;
    page.containing("status", "Cancelled:").seen().await;
    for host in ["esx01", "esx03"] {
        run.containing("row", host).shows("Cancelled").await;
    }
    run.containing("row", "esx04").shows("Saved").await;
    assert_eq!(lab.bundles().len(), 9);
    window.end().await;
}

#[tokio::test]
async fn a_page_that_is_loaded_again_shows_the_run_as_it_was() {
    let options =
        Options { hosts: hosts_named(20), backup_time: Duration::from_millis(300), ..Options::default() };
    let Some(lab) = lab_with(options).await else { return };
    lab.sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", What::Stall).on_host("esx20.lab.local"));
    let window = lab.open_connected().await;
    back_up_all(&window).await;
    let page = window.page();
    let run = page.role("grid", "Back up 20 hosts");
    run.text("Saved").seen().await;
    window.reload().await;
    run.containing("row", "esx20").seen().await;
    page.text(NOTE).seen().await;
    // It goes on after that, and the page hears of it.
    page.containing("status", "19 of 20").seen().await;
    window.reload().await;
    page.containing("status", "19 of 20").seen().await;
    run.containing("row", "esx19").shows("Saved").await;
    page.button("Cancel the run").click().await;
    page.containing("status", "Cancelled: 19 hosts saved").seen().await;
    assert_eq!(lab.bundles().len(), 19);
    window.end().await;
}

/// All hosts, by the button and the dialog; then the run's page is shown.
pub(crate) async fn back_up_all(window: &Window) {
    let page = window.page();
    hosts(window).containing("row", "esx01").seen().await;
    page.button("Back up all").click().await;
    let dialog = page.containing("dialog", "Back up");
    dialog.field("Note").fill(NOTE).await;
    dialog.button("Back up").click().await;
    dialog.gone().await;
    first_of(&[&page.button("Cancel the run"), &page.button("Open report")]).await;
}
