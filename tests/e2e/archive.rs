//! The archive: what a run left in it, a bundle that was damaged on the disk, and a copy through the system's own dialog.

use std::fs;

use throwaway_desktop::Window;

use crate::backing_up::back_up_all;
use crate::lab;
use crate::lab::Lab;

#[tokio::test]
async fn a_bundle_that_was_damaged_on_the_disk_is_found() {
    let Some((lab, window)) = with_three_bundles().await else { return };
    let page = window.page();
    let bundles = page.role("grid", "Bundles");
    let damaged = bundle_of(&lab, "esx02");
    let mut bytes = fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&damaged, bytes).unwrap();

    bundles.containing("row", "esx01").click().await;
    page.button("Verify").click().await;
    bundles.containing("row", "esx01").shows("Good").await;
    page.button("Verify all").click().await;
    bundles.containing("row", "esx02").shows("Damaged").await;
    bundles.containing("row", "esx03").shows("Good").await;
    bundles.containing("row", "esx02").click().await;
    page.containing("listitem", "SHA-256").seen().await;
    window.end().await;

    // It does not count as good again because the window was opened anew.
    let window = lab.open().await;
    let page = window.page();
    page.role("grid", "Hosts").containing("row", "esx02").shows("Never").await;
    page.role("navigation", "Pages").role("link", "Archive").click().await;
    page.role("grid", "Bundles").containing("row", "esx02").shows("Damaged").await;
    window.end().await;
}

#[tokio::test]
async fn what_is_deleted_is_shown_before_and_noted_after() {
    let Some((lab, window)) = with_three_bundles().await else { return };
    let page = window.page();
    page.role("grid", "Bundles").containing("row", "esx01").click().await;
    page.button("Delete…").click().await;
    page.text("last good bundle").seen().await;
    page.button("Close").click().await;

    page.role("navigation", "Pages").role("link", "Hosts").click().await;
    back_up_all(&window).await;
    page.containing("status", "3 hosts saved").seen().await;
    page.role("navigation", "Pages").role("link", "Archive").click().await;
    page.containing("status", "6 bundles").seen().await;
    page.button("Prune…").click().await;
    page.field("Keep the newest bundles of each host").fill("1").await;
    page.button("Show what will be deleted").click().await;
    page.button("Delete 3 bundles").click().await;
    page.text("3 bundles deleted, ").seen().await;
    page.role("grid", "Recent tasks").containing("row", "Delete 3 bundles").shows("3 bundles deleted").await;
    assert_eq!(lab.bundles().len(), 3);
    let audit = fs::read_to_string(lab.config().join("audit.jsonl")).unwrap();
    assert_eq!(audit.matches("\"action\":\"prune\"").count(), 3, "{audit}");
    window.end().await;
}

#[tokio::test]
async fn a_bundle_is_exported_through_the_systems_dialog() {
    let Some((lab, window)) = with_three_bundles().await else { return };
    let page = window.page();
    page.role("grid", "Bundles").containing("row", "esx03").click().await;
    page.button("Export…").click().await;
    let keyboard = lab.desktop.keyboard();
    keyboard.activate("Export the bundle");
    let copy = lab.desktop.folder("exported").join("a copy of esx03.tgz");
    keyboard.press(&["ctrl+a"]);
    keyboard.type_text(copy.to_str().unwrap());
    keyboard.press(&["Return"]);
    page.text(&format!("Exported to {}", copy.display())).seen().await;
    assert_eq!(fs::read(&copy).unwrap(), fs::read(bundle_of(&lab, "esx03")).unwrap());

    // Cancelled, it leaves nothing and says nothing.
    page.button("Export…").click().await;
    keyboard.activate("Export the bundle");
    keyboard.press(&["Escape"]);
    page.button("Export…").click().await;
    keyboard.activate("Export the bundle");
    keyboard.press(&["Escape"]);
    assert_eq!(fs::read_dir(copy.parent().unwrap()).unwrap().count(), 1);
    window.end().await;
}

/// A run of three hosts has gone through, and the archive's page is shown.
async fn with_three_bundles() -> Option<(Lab, Window)> {
    let lab = lab(3).await?;
    let window = lab.open_connected().await;
    back_up_all(&window).await;
    let page = window.page();
    page.containing("status", "3 hosts saved").seen().await;
    page.role("navigation", "Pages").role("link", "Archive").click().await;
    page.role("grid", "Bundles").containing("row", "esx03").seen().await;
    Some((lab, window))
}

fn bundle_of(lab: &Lab, host: &str) -> std::path::PathBuf {
    let mut found = lab.bundles();
    found.retain(|path| path.to_string_lossy().contains(host));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}
