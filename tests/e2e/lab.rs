//! A desktop, a simulated vCenter, and folders for settings and archive: what each test has to itself.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use throwaway_desktop::{Desktop, Element, Window, until};
use vsphere_sim::{Options, Simulator};

/// The name under which the tests save the simulated vCenter.
pub(crate) const SERVER: &str = "lab";
pub(crate) const USER: &str = "administrator@vsphere.local";
pub(crate) const PASSWORD: &str = "hostkeep-demo";
/// The window's title.
pub(crate) const TITLE: &str = "Hostkeep";

/// All that a test needs; nothing is left of it afterwards.
pub(crate) struct Lab {
    program: PathBuf,
    pub(crate) desktop: Desktop,
    pub(crate) sim: Simulator,
}

impl Lab {
    /// With a simulator of these options.
    pub(crate) async fn with(program: &Path, options: Options) -> Self {
        let sim = Simulator::start(options).await.expect("a simulator");
        Self { program: program.to_owned(), desktop: Desktop::start().await, sim }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.desktop.folder("config")
    }

    /// Not there before the first backup.
    pub(crate) fn archive(&self) -> PathBuf {
        self.desktop.folder("archives").join("archive")
    }

    /// What every start of the window is given.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let text = |path: PathBuf| path.to_str().expect("a path in UTF-8").to_owned();
        vec!["--config-dir".into(), text(self.config()), "--archive".into(), text(self.archive())]
    }

    /// Opens the window and waits until its page is drawn.
    pub(crate) async fn open(&self) -> Window {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let window = self.desktop.open(&self.program, &arguments).await;
        self.desktop.keyboard().find(TITLE);
        window
    }

    /// Opens the window with the simulated vCenter saved and its hosts read: where most tests begin.
    pub(crate) async fn open_connected(&self) -> Window {
        let window = self.open().await;
        self.save_server(&window, true).await;
        window
    }

    /// Saves the simulated vCenter by the command that the page calls.
    pub(crate) async fn save_server(&self, window: &Window, remember: bool) {
        let input = json!({
            "original": null,
            "name": SERVER,
            "address": self.sim.url(),
            "user": USER,
            "password": PASSWORD,
            "remember": remember,
            "acceptThumbprint": self.sim.thumbprint(),
        });
        let outcome = window.invoke("save_server", json!({ "input": input })).await;
        assert_eq!(outcome["kind"], "connected", "{outcome}");
        assert_eq!(outcome["keyringError"], Value::Null, "{outcome}");
        window.invoke("refresh_hosts", json!({})).await;
    }

    /// The bundles in the archive so far.
    pub(crate) fn bundles(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.archive()];
        while let Some(folder) = folders.pop() {
            // No archive yet, or a staging folder that has been renamed meanwhile.
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "tgz") {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// The grid of the hosts' page.
pub(crate) fn hosts(window: &Window) -> Element {
    window.page().role("grid", "Hosts")
}

/// The one that comes first.
pub(crate) async fn first_of(elements: &[&Element]) -> usize {
    until("any of them", async || {
        for (index, element) in elements.iter().enumerate() {
            if element.is_there().await {
                return Ok(index);
            }
        }
        Err(format!("none of {elements:?} is there"))
    })
    .await
}
