//! What is on the X server's screen: Xvfb keeps its pixels in a file, in the format of xwd.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The screen of a desktop.
#[derive(Debug)]
pub struct Screen {
    pixels: File,
    display: String,
}

impl Screen {
    pub(crate) fn open(folder: &Path, display: &str) -> Self {
        let path = folder.join("Xvfb_screen0");
        let pixels =
            File::open(&path).unwrap_or_else(|error| panic!("cannot open {}: {error}", path.display()));
        Self { pixels, display: display.to_owned() }
    }

    /// The pixels of a rectangle, row by row. Four bytes each: blue, green, red, nothing.
    pub fn pixels(&self, x: u32, y: u32, width: u32, height: u32) -> Vec<u32> {
        let mut header = [0_u8; 100];
        self.pixels.read_exact_at(&mut header, 0).expect("Xvfb has written the header");
        let field = |index: usize| {
            let bytes = header[index * 4..index * 4 + 4].try_into().expect("four bytes");
            u64::from(u32::from_be_bytes(bytes))
        };
        // xwd: header size, …, bytes a line (12th), …, number of colours (19th, 12 bytes each), and then the pixels.
        let (start, line) = (field(0) + field(19) * 12, field(12));
        let mut rows = Vec::with_capacity((width * height) as usize);
        let mut row = vec![0_u8; width as usize * 4];
        for at in y..y + height {
            let offset = start + u64::from(at) * line + u64::from(x) * 4;
            self.pixels.read_exact_at(&mut row, offset).expect("the rectangle lies on the screen");
            rows.extend(
                row.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes"))),
            );
        }
        rows
    }

    /// Whether there are at least so many colours in this rectangle.
    pub fn has_colours(&self, count: usize, x: u32, y: u32, width: u32, height: u32) -> bool {
        let mut seen = Vec::with_capacity(count);
        // Every third line is enough to meet a letter.
        for line in (y..y + height).step_by(3) {
            for pixel in self.pixels(x, line, width, 1) {
                if !seen.contains(&pixel) {
                    seen.push(pixel);
                    if seen.len() == count {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// How many lines of text a column of this width holds, as far as its letters stand below each other.
    pub fn lines_of_text(&self, x: u32, y: u32, width: u32, height: u32) -> usize {
        // Letters have soft edges: a line of them has many colours, an empty one or a rule has few.
        let has_letters = |line: u32| self.has_colours(6, x, line, width, 1);
        let lines: Vec<bool> = (y..y + height).step_by(3).map(has_letters).collect();
        lines.windows(2).filter(|pair| !pair[0] && pair[1]).count()
    }

    /// Waits until nothing has moved in this rectangle for a while: what a page shows comes to the screen some frames
    /// after it is in the page.
    pub async fn settled(&self, x: u32, y: u32, width: u32, height: u32) {
        const STILL: Duration = Duration::from_millis(400);
        let seen = || {
            let mut hasher = DefaultHasher::new();
            self.pixels(x, y, width, height).hash(&mut hasher);
            hasher.finish()
        };
        let end = Instant::now() + crate::PATIENCE;
        let (mut last, mut since) = (seen(), Instant::now());
        while since.elapsed() < STILL {
            assert!(Instant::now() < end, "the screen does not come to rest");
            tokio::time::sleep(Duration::from_millis(40)).await;
            let now = seen();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }

    /// A picture of the whole screen, native dialogs included.
    pub fn save(&self, file: &Path) {
        self.import("root", &[], file);
    }

    /// A picture of one window's own area, without its frame.
    pub fn save_window(&self, window: &str, file: &Path) {
        // Without dates, so that the same picture is the same file.
        self.import(window, &["-strip", "-define", "png:exclude-chunks=date,time"], file);
    }

    fn import(&self, window: &str, options: &[&str], file: &Path) {
        let mut import = Command::new("import");
        import.args(["-silent", "-window", window]).args(options).arg(file).env("DISPLAY", &self.display);
        let output = import.output().unwrap_or_else(|error| panic!("cannot start import: {error}"));
        assert!(output.status.success(), "import: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Where a failing test leaves its picture.
    pub(crate) fn picture_of_failure(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("failed-{}.png", name.replace("::", "-")))
    }
}
