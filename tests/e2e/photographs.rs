//! The pages, and how each is brought to what is worth seeing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use throwaway_desktop::{Desktop, Window};

const TITLE: &str = "Hostkeep";
const SIZES: [(u32, u32); 2] = [(1280, 800), (1024, 640)];
const THEMES: [&str; 2] = ["light", "dark"];

/// File name and address of each page; the run's address is found out.
const PAGES: [(&str, &str); 6] = [
    ("hosts", "#/hosts"),
    ("archive", "#/archive"),
    ("activity", "#/activity"),
    ("run", "#/runs/"),
    ("backup", "#/jobs/"),
    ("settings", "#/settings"),
];

/// Takes all pictures into this folder; their names.
pub(crate) async fn take(program: &Path, folder: &Path) -> Vec<String> {
    fs::create_dir_all(folder).expect("a folder for the pictures");
    let desktop = Desktop::start().await;
    let mut taken = first_run(&desktop, program, folder).await;
    let window = desktop.open(program, &["--demo"]).await;
    let frame = desktop.keyboard().find(TITLE);
    let runs = window.invoke("list_runs", json!({})).await;
    let run = runs[0]["runId"].as_str().expect("the demo begins with runs").to_owned();
    for theme in THEMES {
        set_theme(&window, theme).await;
        for (width, height) in SIZES {
            desktop.keyboard().resize(&frame, width, height);
            for (name, address) in PAGES {
                let address = match name {
                    "run" => format!("{address}{run}"),
                    "backup" => format!("{address}{}", start_backup(&window).await),
                    _ => address.to_owned(),
                };
                window.run("location.hash = arguments[0]", json!([address])).await;
                taken.push(
                    picture(&desktop, &frame, folder, &format!("{name}-{theme}-{width}x{height}")).await,
                );
            }
        }
    }
    window.end().await;
    taken
}

/// Before any server is saved.
async fn first_run(desktop: &Desktop, program: &Path, folder: &Path) -> Vec<String> {
    let config = desktop.folder("config");
    let window = desktop.open(program, &["--config-dir", config.to_str().expect("UTF-8")]).await;
    let frame = desktop.keyboard().find(TITLE);
    let mut taken = Vec::new();
    for theme in THEMES {
        set_theme(&window, theme).await;
        for (width, height) in SIZES {
            desktop.keyboard().resize(&frame, width, height);
            taken
                .push(picture(desktop, &frame, folder, &format!("first-run-{theme}-{width}x{height}")).await);
        }
    }
    window.end().await;
    taken
}

async fn set_theme(window: &Window, theme: &str) {
    window.invoke("change_settings", json!({ "change": { "theme": theme } })).await;
}

/// A run of all hosts that is under way when it is photographed.
async fn start_backup(window: &Window) -> Value {
    window.invoke("start_backup", json!({ "request": { "hosts": null, "note": "before the update" } })).await
}

async fn picture(desktop: &Desktop, frame: &str, folder: &Path, name: &str) -> String {
    let file = format!("{name}.png");
    if name.starts_with("backup") {
        // It never rests: some progress is what is worth seeing.
        tokio::time::sleep(Duration::from_secs(2)).await;
    } else {
        desktop.screen().settled(0, 0, 1600, 1000).await;
    }
    desktop.screen().save_window(frame, &folder.join(&file));
    file
}
