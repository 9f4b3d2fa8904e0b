//! The throw-away desktop tried on the web view's own small browser: it finds what a reader would, and leaves nothing behind.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr, reason = "a test program")]

use std::fs;
use std::path::Path;

use serde_json::json;
use throwaway_desktop::{Desktop, missing_program};

/// Comes with WebKitGTK, and takes the driver's orders.
const BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

const PAGE: &str = r#"<!doctype html><title>Trial</title>
<nav aria-label="Places"><button>Save</button></nav>
<main>
  <button aria-label="Save"><svg></svg></button>
  <label>Name * <input id="name"></label>
  <input type="checkbox" aria-labelledby="word"><span id="word">Remember  me</span>
  <table><tr><td>esx01</td><td>8.0</td></tr><tr><td>esx02</td><td hidden>7.0</td></tr></table>
  <p>12 of <b>140</b> hosts</p>
  <div aria-hidden="true"><button>Behind</button></div>
  <button disabled>Not yet</button>
</main>"#;

#[tokio::test]
async fn a_page_is_read_as_a_person_reads_it_and_nothing_is_left() {
    if let Some(program) = missing_program().or((!Path::new(BROWSER).exists()).then_some(BROWSER)) {
        eprintln!("skipped: {program} is not installed");
        return;
    }
    let desktop = Desktop::start().await;
    let folder = desktop.folder("pages");
    fs::write(folder.join("trial.html"), PAGE).unwrap();
    let window = desktop.open(Path::new(BROWSER), &["--automation"]).await;
    window.go_to(&format!("file://{}/trial.html", folder.display())).await;
    let page = window.page();

    assert_eq!(page.button("Save").count().await, Ok(2));
    assert_eq!(page.role("navigation", "Places").button("Save").count().await, Ok(1));
    assert_eq!(page.containing("row", "8.0").read().await, "esx01 8.0");
    assert_eq!(page.containing("row", "7.0").count().await, Ok(0));
    assert_eq!(page.button("Behind").count().await, Ok(0));
    page.text("12 of 140 hosts").seen().await;
    page.field("Name").fill("first").await;
    page.field("Name").fill("secönd").await;
    assert_eq!(window.run("return document.getElementById('name').value", json!([])).await, "secönd");
    page.role("checkbox", "Remember me").click().await;
    window.wait_for("document.querySelector(':checked')").await;

    page.field("Name").click().await;
    desktop.keyboard().press(&["ctrl+a"]);
    desktop.keyboard().type_text("by key");
    window.wait_for("document.getElementById('name').value === 'by key'").await;
    desktop.screen().settled(0, 0, 800, 600).await;
    let pixels = desktop.screen().pixels(0, 0, 800, 600);
    assert!(pixels.iter().any(|&pixel| pixel & 0xff_ffff != 0), "the screen is black");

    let display = desktop.display().trim_start_matches(':').to_owned();
    let folder = folder.parent().unwrap().parent().unwrap().to_owned();
    assert!(!desktop.strangers().is_empty());
    // The window is still open: the desktop ends it.
    drop(desktop);
    assert!(!folder.exists(), "{} is left", folder.display());
    for left in [format!("/tmp/.X{display}-lock"), format!("/tmp/.X11-unix/X{display}")] {
        assert!(!Path::new(&left).exists(), "{left} is left");
    }
}
