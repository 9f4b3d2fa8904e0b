//! The desktop itself, and the window that is driven in it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::element::Element;
use crate::keyboard::Keyboard;
use crate::processes::{MARK, Process, end, marked};
use crate::screen::Screen;
use crate::until;
use crate::webdriver::{self, Session};

/// Wider and higher than any window that is looked at.
const SCREEN: &str = "1600x1000x24";

const PROGRAMS: [&str; 9] = [
    "Xvfb",
    "WebKitWebDriver",
    "dbus-daemon",
    "dbus-monitor",
    "dbus-send",
    "gnome-keyring-daemon",
    "import",
    "openbox",
    "xdotool",
];

/// What this machine lacks, if anything: where something does, there is no desktop.
pub fn missing_program() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    PROGRAMS.into_iter().find(|name| !std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// A desktop of its own. When dropped, it leaves neither a process nor a file.
#[derive(Debug)]
pub struct Desktop {
    environment: Vec<(&'static str, String)>,
    display: String,
    /// The driver's port.
    port: u16,
    /// In the order in which they are ended: the driver first, the X server last.
    processes: Vec<Process>,
    log: File,
    folder: TempDir,
}

impl Desktop {
    /// Starts everything and waits until it answers.
    pub async fn start() -> Self {
        let mut desktop = Self::without_window_manager().await;
        // The first key changes the X server's keymap, at which a window manager lets go of its own keys for a moment.
        desktop.keyboard().press(&["shift"]);
        let mut openbox = desktop.command(Path::new("openbox"));
        desktop.quiet(openbox.arg("--sm-disable"));
        // It goes before the X server does.
        desktop.processes.insert(0, Process::start(&mut openbox));
        desktop
    }

    /// Windows open at the screen's corner and have no frame; keys go to none of them.
    pub async fn without_window_manager() -> Self {
        let folder = tempfile::Builder::new().prefix("desktop-").tempdir().expect("a temporary folder");
        let mut environment = folders(folder.path());
        let log = File::create(folder.path().join("log")).expect("a log");
        let quiet = |command: &mut Command| write_to(command, &log);

        let pixels = folder.path().join("pixels");
        fs::create_dir(&pixels).expect("a folder for the pixels");
        let mut x = Command::new("Xvfb");
        // Without a reset when the last program ends: it would make the file of pixels anew while somebody reads it.
        x.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset", "-fbdir"])
            .arg(&pixels);
        quiet(&mut x);
        let (x, display) = announced(x.stdout(Stdio::piped()));
        let display = format!(":{display}");
        environment.push(("DISPLAY", display.clone()));

        let mut bus = Command::new("dbus-daemon");
        bus.args(["--nofork", "--print-address=1", "--config-file"]).arg(bus_settings(folder.path()));
        quiet(&mut bus);
        surround(&mut bus, &environment);
        let (bus, address) = announced(bus.stdout(Stdio::piped()));
        environment.push(("DBUS_SESSION_BUS_ADDRESS", address));

        let mut keyring = Command::new("gnome-keyring-daemon");
        keyring.args(["--foreground", "--unlock", "--components=secrets"]);
        surround(&mut keyring, &environment);
        quiet(&mut keyring);
        let mut keyring = Process::start(keyring.stdin(Stdio::piped()));
        let password = keyring.0.stdin.take().expect("its standard input").write_all(b"unlocked");
        password.expect("the keyring takes its password");

        let (driver, port) = driver(&environment, &quiet).await;
        let processes = vec![driver, keyring, bus, x];
        let desktop = Self { environment, display, port, processes, log, folder };
        until("the keyring", async || desktop.has_keyring()).await;
        desktop
    }

    /// Opens a program's window and gives it to the driver. One at a time.
    pub async fn open(&self, program: &Path, arguments: &[&str]) -> Window {
        let before = self.strangers();
        let program = program.to_str().expect("a path in UTF-8");
        let session = {
            let _alone = opening_alone();
            until("a window", async || Session::start(self.port, program, arguments).await).await
        };
        // The driver's child: the others are the web view's.
        let found = self.strangers().into_iter().filter(|pid| !before.contains(pid));
        let process = found.min().expect("the driver has started a process");
        Window { session: Arc::new(session), process }
    }

    /// A command in this desktop, outside of the driver's reach.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        surround(&mut command, &self.environment);
        command
    }

    /// Its keys.
    pub fn keyboard(&self) -> Keyboard {
        Keyboard { display: self.display.clone() }
    }

    /// What it shows.
    pub fn screen(&self) -> Screen {
        Screen::open(&self.folder.path().join("pixels"), &self.display)
    }

    /// The X display, such as `:7`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// A folder in it for what a test needs; it goes with the desktop.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join("test").join(name);
        fs::create_dir_all(&folder).expect("a folder for the test");
        folder
    }

    /// What its programs have said so far.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The processes here that are not the desktop's own: windows, and what they have started.
    pub fn strangers(&self) -> Vec<u32> {
        let own = |pid: &u32| self.processes.iter().any(|process| process.0.id() == *pid);
        marked(self.mark()).into_iter().filter(|pid| !own(pid)).collect()
    }

    /// Ends all windows that are open here.
    pub fn end_programs(&self) {
        let stubborn = end(|| self.strangers());
        assert!(stubborn.is_empty(), "had to be killed: {stubborn:?}");
    }

    fn quiet(&self, command: &mut Command) {
        write_to(command, &self.log);
    }

    fn mark(&self) -> &str {
        self.folder.path().to_str().expect("a path in UTF-8")
    }

    fn has_keyring(&self) -> Result<(), String> {
        let mut asked = self.command(Path::new("dbus-send"));
        asked.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]);
        asked.args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]);
        let output = asked.output().map_err(|error| error.to_string())?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        if told.contains("true") { Ok(()) } else { Err(told) }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        if failed {
            let picture = Screen::picture_of_failure(std::thread::current().name().unwrap_or("test"));
            self.screen().save(&picture);
            eprintln!("-- what its programs said --\n{}-- the screen: {}", self.log(), picture.display());
        }
        let stubborn = end(|| self.strangers());
        while !self.processes.is_empty() {
            drop(self.processes.remove(0));
        }
        let left = self.strangers();
        assert!(failed || stubborn.is_empty(), "had to be killed: {stubborn:?}");
        assert!(failed || left.is_empty(), "still there: {left:?}");
    }
}

/// A window that the driver has opened.
#[derive(Debug)]
pub struct Window {
    session: Arc<Session>,
    process: u32,
}

impl Window {
    /// All that can be seen in it.
    pub fn page(&self) -> Element {
        Element::page(Arc::clone(&self.session))
    }

    /// The program's process.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Runs a function's body in the page; its `return` value.
    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        self.session.run(script, &arguments).await.unwrap_or_else(|why| panic!("{script}: {why}"))
    }

    /// Runs a function's body that calls its last argument with the result.
    pub async fn run_async(&self, script: &str, arguments: Value) -> Value {
        self.session.run_async(script, &arguments).await.unwrap_or_else(|why| panic!("{script}: {why}"))
    }

    /// Calls a command of the program, as the page does.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Value {
        let script = "const [command, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, args).then((ok) => done({ ok }), (err) => done({ err }))";
        let mut reply = self.run_async(script, json!([command, arguments])).await;
        assert!(reply.get("err").is_none(), "{command}: {}", reply["err"]);
        reply["ok"].take()
    }

    /// Waits until this expression is true in the page.
    pub async fn wait_for(&self, expression: &str) {
        until(expression, async || {
            match self.session.run(&format!("return Boolean({expression})"), &json!([])).await {
                Ok(Value::Bool(true)) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }

    /// Takes the driver's pointer to the corner, where nothing lights up under it.
    pub async fn rest_pointer(&self) {
        // Two moves: one that begins where the driver believes the pointer to be tells the page nothing, while the page
        // may have lit up what came to lie where it was last clicked.
        let to = |x: u32, y: u32| json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y });
        let pointer = json!({ "type": "pointer", "id": "mouse", "actions": [to(3, 3), to(1, 1)] });
        let done = self.session.post("actions", &json!({ "actions": [pointer] })).await;
        done.expect("the pointer can be moved");
    }

    /// Loads another page.
    pub async fn go_to(&self, url: &str) {
        self.session.post("url", &json!({ "url": url })).await.unwrap_or_else(|why| panic!("{url}: {why}"));
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.session.post("refresh", &json!({})).await.expect("the page can be reloaded");
    }

    /// Ends the program as the driver does it, at once.
    pub async fn end(self) {
        self.session.end().await.expect("the driver ends the program");
        until("the program's end", async || self.has_ended()).await;
    }

    /// Waits until the program has ended by itself.
    pub async fn ended(self) {
        until("the program's end", async || self.has_ended()).await;
        // The driver is to forget it as well, or it takes no other; it may have noticed by itself.
        let _ = self.session.end().await;
    }

    fn has_ended(&self) -> Result<(), &'static str> {
        // Its first thread may be gone while others still hold what is open.
        let threads = fs::read_dir(format!("/proc/{}/task", self.process)).map_or(0, Iterator::count);
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process)).unwrap_or_default();
        let state = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next());
        if threads <= 1 && state.is_none_or(|state| state == "Z") {
            Ok(())
        } else {
            Err("it is still running")
        }
    }
}

/// The web view's driver on a port that nobody else took meanwhile.
async fn driver(environment: &[(&'static str, String)], quiet: &dyn Fn(&mut Command)) -> (Process, u16) {
    loop {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}"));
        surround(&mut command, environment);
        // What Tauri looks for to open its window in an automation context.
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        quiet(&mut command);
        let mut process = Process::start(&mut command);
        let up = until("WebKitWebDriver", async || {
            if process.has_ended() {
                return Ok(false);
            }
            if webdriver::is_listening(port).await { Ok(true) } else { Err("it does not listen") }
        });
        if up.await {
            return (process, port);
        }
    }
}

fn write_to(command: &mut Command, log: &File) {
    command.stdout(log.try_clone().expect("a log")).stderr(log.try_clone().expect("a log"));
}

/// Makes it a program of this desktop and of no other.
/// Each driver looks for a free port for its window and lets go of it again: two at once find the same one, and then one of them
/// drives the other's window. Tests are processes of their own, so it takes a file that is locked.
fn opening_alone() -> File {
    let path = std::env::temp_dir().join("hostkeep-opening-a-window.lock");
    let file = File::options().create(true).append(true).open(path).expect("a file to lock");
    file.lock().expect("the lock");
    file
}

fn surround(command: &mut Command, environment: &[(&'static str, String)]) {
    command.envs(environment.iter().cloned()).env_remove("WAYLAND_DISPLAY");
}

/// Every folder that a program may write to, and what keeps the machine's own desktop out of it.
fn folders(root: &Path) -> Vec<(&'static str, String)> {
    use std::os::unix::fs::DirBuilderExt;
    let mut environment = vec![
        (MARK, root.display().to_string()),
        ("GDK_BACKEND", "x11".to_owned()),
        ("GSETTINGS_BACKEND", "memory".to_owned()),
        ("GTK_USE_PORTAL", "0".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("NO_AT_BRIDGE", "1".to_owned()),
    ];
    for (name, folder) in [
        ("HOME", "home"),
        ("TMPDIR", "tmp"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_RUNTIME_DIR", "run"),
        ("XDG_STATE_HOME", "state"),
    ] {
        let path = root.join(folder);
        fs::DirBuilder::new().mode(0o700).create(&path).expect("a folder of the desktop");
        environment.push((name, path.display().to_string()));
    }
    let fonts = root.join("config/fontconfig");
    fs::create_dir_all(&fonts).expect("a folder for the fonts' settings");
    fs::write(fonts.join("fonts.conf"), FONTS).expect("the fonts' settings");
    environment
}

/// Where the font that pages ask for is not installed, its nearest relation.
const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <alias binding="same"><family>Segoe UI</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
"#;

/// A bus that starts nothing by itself: no portal, no accessibility bus of the machine's own desktop.
fn bus_settings(root: &Path) -> PathBuf {
    let path = root.join("bus.conf");
    let socket = root.join("run/bus");
    let text = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        socket.display()
    );
    fs::write(&path, text).expect("the bus's settings");
    path
}

/// Starts it and reads the one line that it announces itself with.
fn announced(command: &mut Command) -> (Process, String) {
    let mut process = Process::start(command);
    let stdout = process.0.stdout.take().expect("its standard output");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("it announces itself");
    let line = line.trim().to_owned();
    assert!(!line.is_empty(), "{command:?} ended without a word");
    (process, line)
}
