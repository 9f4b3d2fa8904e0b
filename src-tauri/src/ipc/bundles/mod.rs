//! What is in a bundle, how two differ, what changed when, and what a search finds. Only what the core has redacted becomes
//! one of these types: a text of a bundle comes from a [`Redacted`](hostconfig::bundle::Redacted) or is a plain fact.

mod comparison;
mod history;
mod inside;
mod search;

pub(crate) use comparison::*;
pub(crate) use history::*;
pub(crate) use inside::*;
pub(crate) use search::*;

/// The longest value that the page gets; the console tells the rest.
const LONGEST_VALUE: usize = 4_000;
/// So many settings are sent of one bundle, or of one comparison.
const MOST_SETTINGS: usize = 20_000;

/// As much of a text as a page shows.
fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_where_letters_do() {
        assert_eq!(shown("é"), "é");
        let long = shown(&"é".repeat(LONGEST_VALUE + 1));
        assert_eq!(long.chars().count(), LONGEST_VALUE + 1);
        assert!(long.ends_with("é…"));
    }
}
