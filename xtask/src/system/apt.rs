//! Debian and Ubuntu: apt, as root or through sudo.

use std::io::IsTerminal;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, bail};

use super::Need;
use crate::shell;

/// Another program that installs at the same moment is waited for: first by apt itself, then by trying again.
const TRIES: u32 = 4;
const WAIT_FOR_LOCK: &str = "DPkg::Lock::Timeout=300";

/// Installs what is not there yet.
pub(super) fn install(needs: &[Need]) -> Result<()> {
    let missing = missing(needs)?;
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    let Some(prefix) = elevation() else {
        bail!("packages are missing, and this user may not install them. As root:\n  {by_hand}");
    };
    let mut trouble = String::new();
    for attempt in 1..=TRIES {
        // The lists may be missing (a fresh container) or older than what the archive holds now. When some other
        // archive of this machine cannot be read, what is wanted here may be installable all the same.
        let update = shell::listen(&mut apt_get(prefix, &["update"]))?;
        let install = shell::listen(&mut apt_get(prefix, &install_arguments(&missing)))?;
        if install.success {
            return Ok(());
        }
        trouble = format!("{}{}", update.text, install.text);
        if update.success && names_unknown_package(&install.text) {
            bail!("this release has no such package. By hand, as root:\n  {by_hand}\n{trouble}");
        }
        if attempt < TRIES {
            std::thread::sleep(Duration::from_secs(u64::from(attempt) * 10));
        }
    }
    bail!("apt-get failed {TRIES} times. By hand, as root:\n  {by_hand}\n{trouble}")
}

/// Trying again makes none.
fn names_unknown_package(text: &str) -> bool {
    ["Unable to locate package", "has no installation candidate"].iter().any(|said| text.contains(said))
}

fn install_arguments<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    arguments
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Command {
    let words = [prefix, &["apt-get", "-o", WAIT_FOR_LOCK, "-o", "Acquire::Retries=3"], arguments].concat();
    let mut command = shell::program(words[0]);
    command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// What to put before a command that only root may run; none when there is no way.
fn elevation() -> Option<&'static [&'static str]> {
    if answers("id", &["-u"]).is_some_and(|id| id.trim() == "0") {
        return Some(&[]);
    }
    let sudo = |arguments: &[&str]| {
        let mut command = Command::new("sudo");
        command.args(arguments).stdout(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    // The second asks for a password, once, where there is somebody to ask.
    let allowed = shell::in_path("sudo")
        && (sudo(&["-n", "true"]) || (std::io::stdin().is_terminal() && sudo(&["-v"])));
    allowed.then_some(&["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"])
}

fn missing(needs: &[Need]) -> Result<Vec<&'static str>> {
    let packages: Vec<&str> = needs.iter().flat_map(|&need| packages(need)).copied().collect();
    // Fails when it does not know one of them, and still answers for the others.
    let mut query = shell::program("dpkg-query");
    query.args(["--show", "--showformat=${Package} ${db:Status-Status}\n"]).args(&packages);
    let known = shell::listen(&mut query)?.text;
    Ok(packages.into_iter().filter(|package| !is_installed(&known, package)).collect())
}

fn is_installed(known: &str, package: &str) -> bool {
    known.lines().any(|line| line.split_once(' ') == Some((package, "installed")))
}

fn packages(need: Need) -> &'static [&'static str] {
    match need {
        Need::Python => &["python3", "python3-venv"],
        Need::Go => &["golang-go"],
        Need::Govmomi => &["golang-github-vmware-govmomi-dev"],
        Need::SecretService => &["dbus", "dbus-daemon", "gnome-keyring"],
        Need::WebKit => &["pkg-config", "libwebkit2gtk-4.1-dev"],
        // The font stands in for Segoe UI: pictures show what Windows shows, nearly.
        Need::Desktop => &[
            "webkit2gtk-driver",
            "xvfb",
            "openbox",
            "xdotool",
            "imagemagick",
            "dbus-daemon",
            "gnome-keyring",
            "fonts-open-sans",
        ],
        Need::Chromium => &["chromium", "fonts-open-sans"],
        Need::Make => &["make"],
        Need::Windows => &[
            "rustc-web",
            "cargo-web",
            "rust-web-src",
            "gcc-mingw-w64-x86-64-win32",
            "wine64",
            "wine",
            "nsis",
        ],
    }
}

fn answers(program: &str, arguments: &[&str]) -> Option<String> {
    let said = shell::listen(shell::program(program).args(arguments)).ok()?;
    said.success.then_some(said.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dpkg_calls_installed_is_there() {
        let known = "dpkg-query: no packages found matching gnome-keyring\ngolang-go installed\npython3-venv not-installed\n";
        for (package, expect) in
            [("golang-go", true), ("python3-venv", false), ("gnome-keyring", false), ("golang", false)]
        {
            assert_eq!(is_installed(known, package), expect, "{package}");
        }
    }

    #[test]
    fn what_apt_does_not_know_is_not_asked_for_again() {
        assert!(names_unknown_package("E: Unable to locate package rustc-web\n"));
        assert!(names_unknown_package("E: Package 'rustc-web' has no installation candidate\n"));
        assert!(!names_unknown_package("E: Could not get lock /var/lib/dpkg/lock-frontend\n"));
    }

    #[test]
    fn sudo_goes_before_apt_get() {
        let command = apt_get(&["sudo", "-n"], &install_arguments(&["golang-go"]));
        assert_eq!(
            shell::line_of(&command),
            "sudo -n apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install --yes --no-install-recommends golang-go"
        );
    }
}
