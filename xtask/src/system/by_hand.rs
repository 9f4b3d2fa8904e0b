//! Systems on which nothing is installed without being asked: the exact commands.

use super::Need;

/// One command for each need that this system can meet.
pub(super) fn commands(needs: &[Need]) -> Vec<&'static str> {
    needs.iter().filter_map(|&need| command(std::env::consts::OS, need)).collect()
}

fn command(os: &str, need: Need) -> Option<&'static str> {
    match (os, need) {
        ("windows", Need::Python) => Some("winget install --exact --id Python.Python.3.12"),
        ("windows", Need::Go) => Some("winget install --exact --id GoLang.Go"),
        ("macos", Need::Python) => Some("brew install python@3.12"),
        ("macos", Need::Go) => Some("brew install go"),
        ("windows" | "macos", Need::Chromium) => Some("install Google Chrome"),
        // These have a keyring and a web view of their own; the rest is made for Linux.
        ("windows" | "macos", _) | (_, Need::Govmomi | Need::Windows) => None,
        (_, Need::Python) => {
            Some("install Python 3.11 or newer with its venv module (Fedora: sudo dnf install python3)")
        }
        (_, Need::Go) => Some("install Go (Fedora: sudo dnf install golang)"),
        (_, Need::SecretService) => {
            Some("install D-Bus and GNOME Keyring (Fedora: sudo dnf install dbus-daemon gnome-keyring)")
        }
        (_, Need::WebKit) => Some(
            "install WebKitGTK 4.1 with its headers (Fedora: sudo dnf install pkgconf-pkg-config webkit2gtk4.1-devel)",
        ),
        (_, Need::Desktop) => Some(
            "install WebKitWebDriver, Xvfb, openbox, xdotool, ImageMagick, D-Bus and GNOME Keyring \
             (Fedora: sudo dnf install webkit2gtk-driver xorg-x11-server-Xvfb openbox xdotool ImageMagick dbus-daemon gnome-keyring)",
        ),
        (_, Need::Make) => Some("install make (Fedora: sudo dnf install make)"),
        (_, Need::Chromium) => Some("install Chromium (Fedora: sudo dnf install chromium)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_has_a_command_for_python_and_a_browser() {
        for os in ["windows", "macos", "linux", "freebsd"] {
            for need in [Need::Python, Need::Chromium] {
                assert!(command(os, need).is_some_and(|text| text.contains("install")), "{os} {need:?}");
            }
        }
    }
}
