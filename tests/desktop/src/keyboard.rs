//! Keys as the X server sends them: to the page and to native dialogs alike.

use std::process::Command;

/// The keyboard and the windows of a desktop.
#[derive(Debug)]
pub struct Keyboard {
    pub(crate) display: String,
}

impl Keyboard {
    /// Presses keys one after the other, by their X names: `Tab`, `ctrl+f`, `shift+F10`.
    pub fn press(&self, keys: &[&str]) {
        self.xdotool(&[&["key", "--clearmodifiers", "--delay", "20"], keys].concat());
    }

    /// Types text into what has the focus.
    pub fn type_text(&self, text: &str) {
        self.xdotool(&["type", "--clearmodifiers", "--delay", "12", "--", text]);
    }

    /// Waits for a window with exactly this title and gives it the focus; its id.
    pub fn activate(&self, title: &str) -> String {
        let window = self.find(title);
        self.xdotool(&["windowactivate", "--sync", &window]);
        window
    }

    /// Waits for a visible window with exactly this title; its id.
    pub fn find(&self, title: &str) -> String {
        let literal: String = title
            .chars()
            .flat_map(|c| if r".[]{}()*+?^$|\".contains(c) { vec!['\\', c] } else { vec![c] })
            .collect();
        let found = self.xdotool(&["search", "--sync", "--onlyvisible", "--name", &format!("^{literal}$")]);
        found.lines().next().unwrap_or_default().to_owned()
    }

    /// How many windows can be seen whose titles hold this.
    pub fn count(&self, title: &str) -> usize {
        let mut search = Command::new("xdotool");
        search.args(["search", "--onlyvisible", "--name", title]).env("DISPLAY", &self.display);
        let output = search.output().unwrap_or_else(|error| panic!("cannot start xdotool: {error}"));
        // It fails when there is none.
        String::from_utf8_lossy(&output.stdout).lines().count()
    }

    /// What the window's close button does.
    pub fn close(&self, title: &str) {
        self.activate(title);
        // The window manager's own key: asks the program, as the button does.
        self.press(&["alt+F4"]);
    }

    /// Where the pointer rests over nothing.
    pub fn move_pointer_away(&self) {
        self.xdotool(&["mousemove", "10000", "10000"]);
    }

    /// Takes a window's corner to this place on the screen.
    pub fn place(&self, window: &str, x: i32, y: i32) {
        self.xdotool(&["windowmove", "--sync", window, &x.to_string(), &y.to_string()]);
    }

    /// Presses the pointer's button at a place in one window and moves on to a place in another, as somebody does who drags.
    pub fn drag(&self, (from, x, y): (&str, i32, i32), (to, to_x, to_y): (&str, i32, i32)) {
        let (left, top) = self.corner(from);
        let (to_left, to_top) = self.corner(to);
        self.point(left + x, top + y);
        self.xdotool(&["mousedown", "1"]);
        for step in 1..=10 {
            let between = |from: i32, to: i32| from + (to - from) * step / 10;
            self.point(between(left + x, to_left + to_x), between(top + y, to_top + to_y));
        }
    }

    /// Moves the pointer by a hair, while something is dragged.
    pub fn wobble(&self) {
        self.xdotool(&["mousemove_relative", "1", "0", "mousemove_relative", "--", "-1", "0"]);
    }

    /// Lets go of what is dragged.
    pub fn drop(&self) {
        self.xdotool(&["mouseup", "1"]);
    }

    fn point(&self, x: i32, y: i32) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
    }

    /// Where a window begins on the screen.
    fn corner(&self, window: &str) -> (i32, i32) {
        let told = self.xdotool(&["getwindowgeometry", "--shell", window]);
        let value = |name: &str| {
            let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no {name} in {told}"))
        };
        (value("X"), value("Y"))
    }

    /// Gives a window's own area this size.
    pub fn resize(&self, window: &str, width: u32, height: u32) {
        self.xdotool(&["windowsize", "--sync", window, &width.to_string(), &height.to_string()]);
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        // With --sync it would wait for ever.
        let mut command = Command::new("timeout");
        command.args(["30", "xdotool"]).args(arguments).env("DISPLAY", &self.display);
        let output = command.output().unwrap_or_else(|error| panic!("cannot start xdotool: {error}"));
        assert!(
            output.status.success(),
            "xdotool {}: {} {}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
