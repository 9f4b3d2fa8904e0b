//! The measurements: Hostkeep with 2,500 hosts in its grid, and an empty window, in turns.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use throwaway_desktop::{Desktop, Screen, Window, proportional_memory, until};

const HOSTS: &str = "2500";
const STARTS: usize = 7;
/// What a simulated host takes to pack its bundle, and how many are asked at once: the run outlasts every look at it.
const BACKUP_MS: &str = "1500";
const CONCURRENCY: u32 = 32;
/// How long frames are counted.
const LOOK_MS: u32 = 6_000;

/// Hostkeep's grid, the names in it, and the empty window's one paragraph. Without a window manager both windows are at 0, 0.
const GRID: Area = Area { x: 320, y: 300, width: 640, height: 360 };
const NAMES: Area = Area { x: 400, y: 300, width: 160, height: 360 };
const PARAGRAPH: Area = Area { x: 0, y: 0, width: 1000, height: 120 };
/// So many lines below each other are rows of hosts, and no word about their being read.
const HOSTS_IN_SIGHT: usize = 8;

struct Area {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// Medians.
pub(crate) async fn measure(window: &Path, console: &Path, empty: &Path) -> Value {
    let server = Simulation::start(console);
    let desktop = Desktop::without_window_manager().await;
    let folder = desktop.folder("hostkeep");
    let (config, archive) = (folder.join("config"), folder.join("archive"));
    let text = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
    let arguments = ["--config-dir".into(), text(&config), "--archive".into(), text(&archive)];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    let driven = desktop.open(window, &arguments).await;
    server.save(&driven).await;
    let frames = frames(&desktop, &driven).await;
    driven.end().await;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first of either is for the caches.
    for turn in 0..=STARTS {
        let our = Started::once(&desktop, window, &arguments, &GRID, shows_hosts).await;
        let their = Started::once(&desktop, empty, &[], &PARAGRAPH, |_| true).await;
        if turn > 0 {
            ours.push(our);
            theirs.push(their);
        }
    }
    let of = |starts: &[Started], figure: fn(&Started) -> f64| median(starts.iter().map(figure).collect());
    let both = |figure| json!({ "ours": of(&ours, figure), "empty": of(&theirs, figure) });
    json!({
        "first_letters_seconds": both(|start| start.letters),
        "ready_seconds": both(|start| start.ready),
        "memory_bytes": both(|start| start.bytes),
        "frame_ms": frames,
    })
}

/// One start of a program, in seconds from its process on, and its memory once it rests.
struct Started {
    /// The first frame with letters in it, whatever they say.
    letters: f64,
    /// The first frame with what the program is for.
    ready: f64,
    bytes: f64,
}

impl Started {
    async fn once(
        desktop: &Desktop,
        program: &Path,
        arguments: &[&str],
        area: &Area,
        is_ready: fn(&Screen) -> bool,
    ) -> Self {
        let screen = desktop.screen();
        until("an empty screen", async || {
            if shows_letters(&screen, area) { Err("the last window is still on it") } else { Ok(()) }
        })
        .await;
        let mut command = desktop.command(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let when = async |holds: &dyn Fn() -> bool| {
            while !holds() {
                assert!(start.elapsed() < throwaway_desktop::PATIENCE, "{} shows nothing", program.display());
                tokio::time::sleep(Duration::from_millis(4)).await;
            }
            start.elapsed().as_secs_f64()
        };
        let letters = when(&|| shows_letters(&screen, area)).await;
        let ready = when(&|| is_ready(&screen)).await;
        screen.settled(area.x, area.y, area.width, area.height).await;
        if let Some(folder) = std::env::var_os("HOSTKEEP_BENCH_PICTURES") {
            screen.save(
                &Path::new(&folder).join(program.file_name().expect("a program")).with_extension("png"),
            );
        }
        #[allow(clippy::cast_precision_loss, reason = "some hundred megabytes")]
        let bytes = proportional_memory(process.id()) as f64;
        desktop.end_programs();
        process.wait().expect("the program has ended");
        Self { letters, ready, bytes }
    }
}

/// Letters have soft edges: a blank page never has so many colours.
fn shows_letters(screen: &Screen, area: &Area) -> bool {
    screen.has_colours(12, area.x, area.y, area.width, area.height)
}

fn shows_hosts(screen: &Screen) -> bool {
    screen.lines_of_text(NAMES.x, NAMES.y, NAMES.width, NAMES.height) >= HOSTS_IN_SIGHT
}

/// The 95th percentile of the time between frames, in the web view's own words.
async fn frames(desktop: &Desktop, window: &Window) -> Value {
    window.page().role("grid", "Hosts").seen().await;
    let screen = desktop.screen();
    screen.settled(GRID.x, GRID.y, GRID.width, GRID.height).await;
    // The first pass is for the compilers in the web view.
    times_between_frames(window, true).await;
    let scrolling = p95(&times_between_frames(window, true).await);

    let change = json!({ "change": { "concurrency": CONCURRENCY } });
    window.invoke("change_settings", change).await;
    let request = json!({ "request": { "hosts": null, "note": null } });
    let job = window.invoke("start_backup", request).await;
    window.wait_for("/ of 2,?500/.test(document.body.innerText)").await;
    let streaming = p95(&times_between_frames(window, false).await);
    let both = p95(&times_between_frames(window, true).await);
    window.run("location.hash = arguments[0]", json!([format!("#/jobs/{job}")])).await;
    window.page().role("grid", "Back up all hosts").seen().await;
    window.wait_for("document.querySelectorAll('[role=grid] [role=row][data-key]').length > 5").await;
    let run = p95(&times_between_frames(window, true).await);
    window.invoke("cancel_job", json!({ "job": job, "item": null })).await;
    json!({ "scrolling": scrolling, "streaming": streaming, "scrolling_while_streaming": both, "run_page": run })
}

/// Milliseconds between the frames of the page, while it is scrolled or not.
async fn times_between_frames(window: &Window, scrolls: bool) -> Vec<f64> {
    const LOOK: &str = "
        const [milliseconds, scrolls, done] = arguments;
        const grid = document.querySelector('[role=grid], [role=treegrid]');
        const scroller = [grid, ...grid.querySelectorAll('*')].find(
          (element) => element.scrollHeight > element.clientHeight + 1000 && getComputedStyle(element).overflowY !== 'visible');
        if (!scroller) return done(null);
        const times = [];
        let step = 90, last;
        const begin = performance.now();
        requestAnimationFrame(function frame(now) {
          if (last !== undefined) times.push(now - last);
          last = now;
          if (now - begin > milliseconds) return done(times);
          if (scrolls) {
            const end = scroller.scrollHeight - scroller.clientHeight;
            if (scroller.scrollTop + step > end || scroller.scrollTop + step < 0) step = -step;
            scroller.scrollTop += step;
          }
          requestAnimationFrame(frame);
        });";
    let times = window.run_async(LOOK, json!([LOOK_MS, scrolls])).await;
    let times: Vec<f64> =
        times.as_array().expect("there is a grid that scrolls").iter().filter_map(Value::as_f64).collect();
    assert!(!times.is_empty(), "not two frames in {LOOK_MS} ms");
    times
}

fn p95(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) * 95 / 100]
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// `hostkeep simulate` in a process of its own; ends when dropped.
struct Simulation {
    process: Child,
    announced: Value,
}

impl Simulation {
    fn start(console: &Path) -> Self {
        let mut command = Command::new(console);
        command.args(["simulate", "--json", "--uniform", "--hosts", HOSTS, "--backup-ms", BACKUP_MS]);
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the simulator starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("its standard output");
        BufReader::new(stdout).read_line(&mut line).expect("it announces itself");
        let announced = serde_json::from_str(&line).expect("one line of JSON");
        Self { process, announced }
    }

    async fn save(&self, window: &Window) {
        let input = json!({
            "original": null,
            "name": "bench",
            "address": self.announced["url"],
            "user": self.announced["user"],
            "password": self.announced["password"],
            "remember": true,
            "acceptThumbprint": self.announced["thumbprint"],
        });
        let outcome = window.invoke("save_server", json!({ "input": input })).await;
        assert_eq!(outcome["kind"], "connected", "{outcome}");
        window.invoke("refresh_hosts", json!({})).await;
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
