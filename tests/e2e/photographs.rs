//! The pages, and how each is brought to what is worth seeing.

use std::fs;
use std::path::Path;

use serde_json::json;
use throwaway_desktop::{Desktop, Window, until};

const TITLE: &str = "Hostkeep";
const RESTORED: &str = "esx02.frankfurt.lab.local";
const SIZES: [(u32, u32); 2] = [(1280, 800), (1024, 640)];
const THEMES: [&str; 2] = ["light", "dark"];

/// Takes all pictures into this folder; their names.
pub(crate) async fn take(program: &Path, folder: &Path) -> Vec<String> {
    fs::create_dir_all(folder).expect("a folder for the pictures");
    let mut taken = Vec::new();
    for theme in THEMES {
        for size in SIZES {
            // Each from the start, so that no picture shows what was done for the one before. Without a window
            // manager, nothing but the window is on the screen.
            let desktop = Desktop::without_window_manager().await;
            taken.extend(Album { desktop: &desktop, program, folder, theme, size }.fill().await);
        }
    }
    taken
}

/// The pictures of one theme and one size.
struct Album<'a> {
    desktop: &'a Desktop,
    program: &'a Path,
    folder: &'a Path,
    theme: &'static str,
    size: (u32, u32),
}

impl Album<'_> {
    async fn fill(&self) -> Vec<String> {
        let config = self.desktop.folder("config");
        let window = self.open(&["--config-dir", config.to_str().expect("a path in UTF-8")]).await;
        let mut taken = vec![self.picture(&window, "first-run").await];
        window.page().button("Connect to a server").click().await;
        window.page().role("dialog", "Connect to a server").seen().await;
        taken.push(self.picture(&window, "connect").await);
        window.end().await;

        let window = self.open(&["--demo"]).await;
        let page = window.page();
        self.go_to(&window, "#/hosts").await;
        page.role("grid", "Hosts").containing("row", "esx04").click().await;
        taken.push(self.picture(&window, "hosts").await);

        self.go_to(&window, "#/archive").await;
        page.role("grid", "Bundles").containing("row", "Changed").click().await;
        // A narrow window hides the details until they are asked for.
        if self.size == SIZES[0] {
            page.button("Show the host's changes").click().await;
            page.role("region", "What changed when").shows("first bundle").await;
        }
        taken.push(self.picture(&window, "archive").await);

        taken.extend(self.bundles(&window).await);

        self.go_to(&window, "#/activity").await;
        page.role("grid", "Runs").containing("row", "demo").seen().await;
        taken.push(self.picture(&window, "activity").await);

        let runs = window.invoke("list_runs", json!({})).await;
        let run = runs.as_array().into_iter().flatten().find(|run| run["failed"] != 0);
        let run = run
            .and_then(|run| run["runId"].as_str())
            .expect("the demo begins with runs, and hosts that failed");
        self.go_to(&window, &format!("#/activity/{run}")).await;
        page.role("grid", "Hosts of the run").containing("row", "esx").seen().await;
        taken.push(self.picture(&window, "report").await);

        self.go_to(&window, "#/settings").await;
        page.role("heading", "Settings").seen().await;
        taken.push(self.picture(&window, "settings").await);

        self.go_to(&window, "#/schedules").await;
        page.role("textbox", "Commands").seen().await;
        taken.push(self.picture(&window, "schedules").await);

        taken.extend(self.restore(&window).await);

        let request = json!({ "request": { "hosts": null, "note": "before the firmware update" } });
        let job = window.invoke("start_backup", request).await;
        self.go_to(&window, &format!("#/jobs/{job}")).await;
        page.containing("row", "esx01").shows("Saved").await;
        taken.push(self.picture(&window, "backup").await);
        window.end().await;
        taken
    }

    /// What is in a bundle, how it differs from the one before, and who has a setting.
    async fn bundles(&self, window: &Window) -> [String; 3] {
        let page = window.page();
        let (before, record) = most_changed(window).await;
        self.go_to(window, &format!("#/inside?record={record}&section=Networking")).await;
        page.role("grid", "Settings").containing("row", "VLAN ID").click().await;
        let inside = self.picture(window, "inside").await;
        self.go_to(window, &format!("#/compare?first={before}&second={record}")).await;
        page.containing("status", "differ").seen().await;
        let compare = self.picture(window, "compare").await;
        self.go_to(window, "#/search?text=ntp1.frankfurt").await;
        page.role("grid", "Found settings").containing("row", "hosts").click().await;
        [inside, compare, self.picture(window, "search").await]
    }

    /// The plan for a host without virtual machines in the way, and what came of it.
    async fn restore(&self, window: &Window) -> [String; 2] {
        let page = window.page();
        self.go_to(window, "#/hosts").await;
        page.role("grid", "Hosts").containing("row", RESTORED).click().await;
        page.button("Restore…").click().await;
        page.text("The bundle is of this hardware.").seen().await;
        page.button("Look at the plan").click().await;
        page.text("It can be done").seen().await;
        let plan = self.picture(window, "restore-plan").await;
        let tick = "for (const box of document.querySelectorAll('li input[type=checkbox]')) box.click()";
        window.run(tick, json!([])).await;
        page.field(&format!("Type {RESTORED} to restore it")).fill(RESTORED).await;
        page.button(&format!("Restore {RESTORED} and restart it")).click().await;
        page.containing("status", &format!("{RESTORED} was restored")).seen().await;
        [plan, self.picture(window, "restore-report").await]
    }

    async fn open(&self, arguments: &[&str]) -> Window {
        let window = self.desktop.open(self.program, arguments).await;
        let frame = self.desktop.keyboard().find(TITLE);
        self.desktop.keyboard().resize(&frame, self.size.0, self.size.1);
        self.desktop.keyboard().move_pointer_away();
        window.invoke("change_settings", json!({ "change": { "theme": self.theme } })).await;
        let (width, height) = self.size;
        window.wait_for(&format!("innerWidth === {width} && innerHeight === {height}")).await;
        window
    }

    async fn go_to(&self, window: &Window, address: &str) {
        window.run("location.hash = arguments[0]", json!([address])).await;
    }

    async fn picture(&self, window: &Window, name: &str) -> String {
        let (width, height) = self.size;
        window.wait_for("document.querySelector('main').innerText.length > 60").await;
        window.rest_pointer().await;
        // What is in the page comes to the screen some frames later.
        let frames = "const [done] = arguments;
            let left = 4;
            requestAnimationFrame(function next() { left-- > 0 ? requestAnimationFrame(next) : setTimeout(done, 300) })";
        window.run_async(frames, json!([])).await;
        let screen = self.desktop.screen();
        until("something on the screen", async || {
            if screen.has_colours(20, 0, 0, width, height) { Ok(()) } else { Err("it is blank") }
        })
        .await;
        // A run never rests.
        if name != "backup" {
            screen.settled(0, 0, width, height).await;
        }
        let file = format!("{name}-{}-{width}x{height}.png", self.theme);
        let frame = self.desktop.keyboard().find(TITLE);
        screen.save_window(&frame, &self.folder.join(&file));
        file
    }
}

/// The record that differs most from the one before it, secrets above all, and that one. The same each time.
async fn most_changed(window: &Window) -> (String, String) {
    let every = json!({ "query": { "from": null, "to": null, "identity": null, "server": null, "search": null,
        "pinned": false, "newest": false } });
    let listed = window.invoke("list_records", every).await;
    let mut most = None;
    for record in listed["records"].as_array().expect("a list of records") {
        let (Some(id), Some(before)) = (record["id"].as_str(), record["standing"]["previous"].as_str())
        else {
            continue;
        };
        let sides =
            json!({ "first": { "kind": "record", "id": before }, "second": { "kind": "record", "id": id } });
        let compared = window.invoke("compare_bundles", sides).await;
        let groups = compared["groups"].as_array().expect("groups of changes");
        let secret = groups.iter().any(|group| group["changes"].to_string().contains("redacted"));
        let [host, taken] =
            ["host", "takenAt"].map(|name| record[name].as_str().unwrap_or_default().to_owned());
        most = most.max(Some((secret, groups.len(), taken, host, before.to_owned(), id.to_owned())));
    }
    let (.., before, id) = most.expect("the demo begins with settings that changed");
    (before, id)
}
