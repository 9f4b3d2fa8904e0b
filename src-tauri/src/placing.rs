//! Where the window comes back: where it was, unless nobody could get hold of its title bar there. A window that was last on a
//! monitor that is gone may touch another one with a corner, which is enough for the window-state plugin.

use serde::Deserialize;

/// So much of the title bar must lie on a monitor, in logical pixels: enough to drag it.
const REACH: f64 = 100.0;
/// How high a title bar is, about.
const TITLE_BAR: f64 = 32.0;

/// What the plugin remembers of a window, as far as it matters here.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Remembered {
    width: u32,
    height: u32,
    x: i32,
    y: i32,
    prev_x: i32,
    prev_y: i32,
    maximized: bool,
}

/// A part of the desktop, in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A monitor without its taskbar, and how many physical pixels a logical one has on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) area: Area,
    pub(crate) scale: f64,
}

impl Remembered {
    /// Where the window is put, before it is maximized if it is to be.
    pub(crate) fn area(&self) -> Area {
        let (x, y) = if self.maximized { (self.prev_x, self.prev_y) } else { (self.x, self.y) };
        Area { x, y, width: self.width, height: self.height }
    }
}

/// Whether so much of a window's title bar lies on one of the screens that it can be dragged.
pub(crate) fn is_within_reach(window: &Area, screens: &[Screen]) -> bool {
    screens.iter().any(|Screen { area, scale }| {
        let across = overlap((window.x, window.width.into()), (area.x, area.width.into()));
        let down = overlap((window.y, TITLE_BAR * scale), (area.y, area.height.into()));
        across >= (REACH * scale).min(window.width.into()) && down >= TITLE_BAR * scale / 2.0
    })
}

/// Where a window's corner is when it lies in the middle; the title bar of one that is too large is seen all the same.
pub(crate) fn centred(window: &Area, screen: &Area) -> (i32, i32) {
    let middle = |at: i32, length: u32, of: u32| {
        at.saturating_add(i32::try_from(length.saturating_sub(of) / 2).unwrap_or(0))
    };
    (middle(screen.x, screen.width, window.width), middle(screen.y, screen.height, window.height))
}

fn overlap((a, of_a): (i32, f64), (b, of_b): (i32, f64)) -> f64 {
    let (a, b) = (f64::from(a), f64::from(b));
    (a + of_a).min(b + of_b) - a.max(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x: i32, y: i32, width: u32, height: u32) -> Area {
        Area { x, y, width, height }
    }

    #[test]
    fn a_window_is_within_reach_where_its_title_bar_can_be_dragged() {
        let laptop = Screen { area: area(0, 0, 1920, 1040), scale: 1.0 };
        let left = Screen { area: area(-2560, 0, 2560, 1400), scale: 1.0 };
        let fine = Screen { area: area(0, 0, 3840, 2080), scale: 2.0 };
        for (x, y, screens, expect) in [
            (0, 0, &[laptop][..], true),
            (640, 100, &[laptop], true),
            // Windows draws an invisible border, and a maximized window lies a little outside.
            (-8, -8, &[laptop], true),
            // A corner is there, the title bar is not.
            (-1200, -700, &[laptop], false),
            (300, -700, &[laptop], false),
            (300, 1030, &[laptop], false),
            (300, 1020, &[laptop], true),
            // Too little of it is there to be dragged.
            (1821, 100, &[laptop], false),
            (1820, 100, &[laptop], true),
            (-1181, 100, &[laptop], false),
            (-1180, 100, &[laptop], true),
            (3740, 100, &[fine], false),
            (3640, 100, &[fine], true),
            // The monitor that it was on is there, or is gone.
            (-2000, 200, &[laptop, left], true),
            (-2000, 200, &[laptop], false),
            (0, 0, &[], false),
        ] {
            let window = area(x, y, 1280, 800);
            assert_eq!(is_within_reach(&window, screens), expect, "{window:?} on {screens:?}");
        }
        assert!(is_within_reach(&area(1870, 100, 50, 50), &[laptop]), "one narrower than what must be there");
    }

    #[test]
    fn a_window_in_the_middle() {
        for (window, screen, expect) in [
            (area(9, 9, 1280, 800), area(0, 0, 1920, 1040), (320, 120)),
            (area(9, 9, 1280, 800), area(-1920, 200, 1920, 1040), (-1600, 320)),
            (area(9, 9, 4000, 800), area(0, 40, 1920, 640), (0, 40)),
        ] {
            assert_eq!(centred(&window, &screen), expect);
        }
    }

    #[test]
    fn what_the_plugin_remembers_is_understood() {
        let json = r#"{"width":1280,"height":800,"x":-8,"y":-8,"prev_x":10,"prev_y":20,"maximized":true,
            "visible":true,"decorated":true,"fullscreen":false}"#;
        let remembered: Remembered = serde_json::from_str(json).unwrap();
        assert_eq!(remembered.area(), area(10, 20, 1280, 800));
        assert_eq!(Remembered { maximized: false, ..remembered }.area(), area(-8, -8, 1280, 800));
    }
}
