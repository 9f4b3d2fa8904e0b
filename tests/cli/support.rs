//! A simulator, a folder and the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use vsphere_sim::{Options, Simulator, varied_hosts};

/// A simulator and a folder for archive and settings.
pub(crate) struct Lab {
    pub(crate) sim: Simulator,
    pub(crate) folder: tempfile::TempDir,
}

impl Lab {
    /// With this many varied hosts.
    pub(crate) async fn new(hosts: usize) -> Self {
        Self::with(Options { hosts: varied_hosts(hosts), ..Options::default() }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self { sim: Simulator::start(options).await.unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// The program with these arguments, and the archive and settings of this lab.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = hostkeep(arguments);
        command.arg("--archive").arg(self.archive()).arg("--config-dir").arg(self.config());
        command
    }

    /// What it takes to connect, but for the password on standard input.
    pub(crate) fn connect(&self) -> Vec<String> {
        let (url, thumbprint) = (self.sim.url(), self.sim.thumbprint());
        [
            "--url",
            &url,
            "--user",
            "administrator@vsphere.local",
            "--thumbprint",
            &thumbprint,
            "--password-stdin",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Runs a subcommand that needs no server.
    pub(crate) fn run(&self, arguments: &[&str]) -> Told {
        Told::of(&mut self.command(arguments), "", self.folder.path())
    }

    /// Runs a subcommand that connects to the simulator with this on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Told {
        Told::of(self.command(arguments).args(self.connect()), stdin, self.folder.path())
    }

    /// Runs a subcommand that connects to the simulator.
    pub(crate) fn run_connected(&self, arguments: &[&str]) -> Told {
        self.run_with(arguments, "hostkeep-demo\n")
    }

    /// Takes a backup of every host, one after the other.
    pub(crate) fn back_up(&self) -> Told {
        self.run_connected(&["backup", "--concurrency", "1"])
    }
}

/// The program, kept away from this user's keyring and from the shape of the terminal that runs the tests.
pub(crate) fn hostkeep(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostkeep"));
    command
        .args(arguments)
        .env("COLUMNS", "80")
        .env("TZ", "Europe/Berlin")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env("XDG_RUNTIME_DIR", "/nonexistent");
    command
}

/// What the program told, with what differs from run to run replaced.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) folder: PathBuf,
}

impl Told {
    pub(crate) fn of(command: &mut Command, stdin: &str, folder: &Path) -> Self {
        let mut command = assert_cmd::Command::from_std(std::mem::replace(command, Command::new("")));
        Self::from(command.write_stdin(stdin).output().unwrap(), folder)
    }

    pub(crate) fn from(output: Output, folder: &Path) -> Self {
        Self {
            code: output.status.code().expect("the program was not killed"),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
            folder: folder.to_path_buf(),
        }
    }

    /// The JSON document on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {}", self.stdout))
    }

    /// Everything, for a snapshot.
    pub(crate) fn shown(&self) -> String {
        let Self { code, stdout, stderr, .. } = self;
        format!("exit code {code}\n-- standard output --\n{stdout}-- standard error --\n{stderr}")
    }

    /// Compares with the snapshot of this name.
    pub(crate) fn check(&self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        for (pattern, replacement) in FILTERS {
            settings.add_filter(pattern, *replacement);
        }
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let shown = without_folder(&self.shown(), &self.folder.display().to_string());
        settings.bind(|| insta::assert_snapshot!(name, shown));
    }
}

/// The same on every system: the folder by a name, also where JSON has doubled its backslashes, and what lies in it with
/// slashes.
fn without_folder(text: &str, folder: &str) -> String {
    const NAME: &str = "[FOLDER]";
    let named = text.replace(&folder.replace('\\', r"\\"), NAME).replace(folder, NAME);
    let mut parts = named.split(NAME);
    let mut portable = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(part.len());
        let path = part[..end].replace(r"\\", "/").replace('\\', "/");
        portable = portable + NAME + &path + &part[end..];
    }
    portable
}

/// What differs from run to run.
const FILTERS: &[(&str, &str)] = &[
    (r"\b[0-9a-f]{64}\b", "[SHA-256]"),
    (r"\b[0-9A-F]{64}\b", "[THUMBPRINT]"),
    (r"\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b", "[THUMBPRINT]"),
    (r"\b(?:[0-9A-F]{2}:){15}[0-9A-F]{2}:\n +(?:[0-9A-F]{2}:){15}[0-9A-F]{2}\b", "[THUMBPRINT]"),
    (r"\b(?:[0-9A-F]{2}:){19}[0-9A-F]{2}\b", "[SHA-1]"),
    (r"\b(?:[0-9A-F]{2}:){3}[0-9A-F]{2}…", "[START]…"),
    (r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b", "[RUN]"),
    (r"as on \d{4}-\d\d-\d\d", "as on [DATE]"),
    (r"up since \S+ \S+ UTC", "up since [TIME]"),
    (r"took \d+\.\d s", "took [DURATION]"),
    (r"\(\d+\.\d s\)", "([DURATION])"),
    (r"\d{4}-\d\d-\d\d/", "[DATE]/"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)", "[TIME]"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d", "[TIME]"),
    (r"\bT\d{6}[+-]\d{4}(?:-\d+)?\b", "[AT]"),
    (r"\b127(?:\.\d+){3}\b", "[ADDRESS]"),
    (r"\[ADDRESS\]:\d+", "[ADDRESS]:[PORT]"),
    (r"(?P<before>[^-0-9a-f])[0-9a-f]{12}\b", "$before[ID]"),
    (r" +\d+(?:\.\d)? [KM]?B\b", " [SIZE]"),
    (r" +\d+\.\d s\b", " [DURATION]"),
    (r"has \d+ bytes, but \d+ were taken", "has [N] bytes, but [N] were taken"),
    (r#""(?P<name>bytes|bytes_freed)": \d+"#, r#""$name": "[N]""#),
    (r#""seconds": [0-9.e-]+"#, r#""seconds": "[N]""#),
    (r"because: [^\n]*\(os error [23]\)", "because: No such file or directory (os error 2)"),
    (r"hostkeep\.exe", "hostkeep"),
    (r"ADDRESS +USER", "ADDRESS  USER"),
    (r"ESXI +SIZE", "ESXI  SIZE"),
    (r"\(Platform failure: .*?os error 2\)\)", "([WHY])"),
];

/// Starts the program without waiting for its end.
pub(crate) fn spawn(mut command: Command, stdin: &str) -> std::process::Child {
    use std::io::Write as _;
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child
}
