//! Which of an inventory's hosts are meant: names asked for and left out, matched against the names that there are.
//! Pure functions over names; each host is chosen at most once whatever is asked for.

use std::collections::HashMap;

/// How many near misses are shown for an unknown name.
const NEAR_MISSES: usize = 3;
/// Near misses are looked for in this many unknown names; in a list of the wrong vCenter all are unknown.
const NAMES_WITH_NEAR_MISSES: usize = 20;

/// Why no hosts could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// Names that match no host.
    #[error("{}", unknown_message(.0))]
    Unknown(Vec<UnknownName>),
    /// A short name that several hosts have.
    #[error("{name} could be any of {} hosts: {}", .candidates.len(), .candidates.join(", "))]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The hosts' full names.
        candidates: Vec<String>,
    },
    /// Everything was left out, or there are no hosts at all.
    #[error("no host is left to choose")]
    Nothing,
}

/// A name that matches no host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The name asked for.
    pub name: String,
    /// Hosts' names that look like it, most alike first.
    pub near_misses: Vec<String>,
}

/// The indices of the hosts that are meant, in the inventory's order. `hosts` are their names, escapes undone; `wanted`
/// and `excluded` are full names, short names (up to the first dot) that only one host has, or patterns with `*` and
/// `?`, all in any case. Nothing wanted means all. Several hosts of one full name are all meant by it.
///
/// # Errors
/// [`SelectionError::Unknown`] names every name and pattern, wanted or excluded, that no host matches: a run that
/// silently leaves a host out, or in, is worse than none. A pattern among the excluded may match nothing.
pub fn select<H: AsRef<str>, W: AsRef<str>, X: AsRef<str>>(
    hosts: &[H],
    wanted: &[W],
    excluded: &[X],
) -> Result<Vec<usize>, SelectionError> {
    let names = Names::new(hosts);
    let mut unknown = Vec::new();
    let mut chosen = vec![wanted.is_empty(); hosts.len()];
    for (name, is_excluded) in wanted
        .iter()
        .map(|name| (name.as_ref(), false))
        .chain(excluded.iter().map(|name| (name.as_ref(), true)))
    {
        let matches = names.matches(name)?;
        if matches.is_empty() && !(is_excluded && is_pattern(name)) {
            let near_misses =
                if unknown.len() < NAMES_WITH_NEAR_MISSES { names.near_misses(name) } else { Vec::new() };
            unknown.push(UnknownName { name: name.to_owned(), near_misses });
        }
        for index in matches {
            chosen[index] = !is_excluded;
        }
    }
    if !unknown.is_empty() {
        return Err(SelectionError::Unknown(unknown));
    }
    let chosen: Vec<usize> =
        chosen.iter().enumerate().filter_map(|(index, is_chosen)| is_chosen.then_some(index)).collect();
    if chosen.is_empty() { Err(SelectionError::Nothing) } else { Ok(chosen) }
}

/// The hosts' names, as they are matched.
struct Names<'a> {
    shown: Vec<&'a str>,
    lower: Vec<String>,
    full: HashMap<String, Vec<usize>>,
    short: HashMap<String, Vec<usize>>,
}

impl<'a> Names<'a> {
    fn new<H: AsRef<str>>(hosts: &'a [H]) -> Self {
        let shown: Vec<&str> = hosts.iter().map(AsRef::as_ref).collect();
        let lower: Vec<String> = shown.iter().map(|name| name.to_lowercase()).collect();
        let mut full: HashMap<String, Vec<usize>> = HashMap::new();
        let mut short: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, name) in lower.iter().enumerate() {
            full.entry(name.clone()).or_default().push(index);
            if let Some((first, _)) = name.split_once('.')
                && name.parse::<std::net::IpAddr>().is_err()
            {
                short.entry(first.to_owned()).or_default().push(index);
            }
        }
        Self { shown, lower, full, short }
    }

    fn matches(&self, asked: &str) -> Result<Vec<usize>, SelectionError> {
        let wanted = asked.trim().to_lowercase();
        if let Some(indices) = self.full.get(&wanted) {
            return Ok(indices.clone());
        }
        if is_pattern(&wanted) {
            let pattern: Vec<char> = wanted.chars().collect();
            let fits = |name: &String| fits_pattern(&pattern, &name.chars().collect::<Vec<_>>());
            return Ok((0..self.lower.len()).filter(|&index| fits(&self.lower[index])).collect());
        }
        match self.short.get(&wanted).map(Vec::as_slice) {
            None => Ok(Vec::new()),
            Some(&[index]) => Ok(vec![index]),
            Some(indices) => Err(SelectionError::Ambiguous {
                name: asked.to_owned(),
                candidates: indices.iter().map(|&index| self.shown[index].to_owned()).collect(),
            }),
        }
    }

    fn near_misses(&self, asked: &str) -> Vec<String> {
        let wanted = asked.trim().to_lowercase();
        let short = |name: &'_ str| name.split('.').next().unwrap_or_default().to_owned();
        let mut scored: Vec<(f64, &str)> = self
            .lower
            .iter()
            .zip(&self.shown)
            .map(|(lower, shown)| {
                let alike = strsim::normalized_damerau_levenshtein(&wanted, lower);
                (alike.max(strsim::normalized_damerau_levenshtein(&short(&wanted), &short(lower))), *shown)
            })
            .filter(|(alike, _)| *alike >= 0.7)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        scored.dedup_by(|a, b| a.1 == b.1);
        scored.into_iter().take(NEAR_MISSES).map(|(_, name)| name.to_owned()).collect()
    }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// Whether a name fits a pattern of `*` (any characters) and `?` (any one), in time proportional to the product of
/// their lengths whatever the pattern.
fn fits_pattern(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    (p, n) = (after_star, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

fn unknown_message(unknown: &[UnknownName]) -> String {
    let shown: Vec<String> = unknown
        .iter()
        .map(|UnknownName { name, near_misses }| {
            if near_misses.is_empty() {
                name.clone()
            } else {
                format!("{name} (did you mean {}?)", near_misses.join(" or "))
            }
        })
        .collect();
    match &shown[..] {
        [name] => format!("no host is named {name}"),
        names => format!("{} names match no host: {}", names.len(), names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTS: [&str; 8] = [
        "esx01.lab.local",
        "esx02.lab.local",
        "ESX10.lab.local",
        "esx01.dmz.local",
        "10.0.0.7",
        "10.0.0.70",
        "localhost.localdomain",
        "localhost.localdomain",
    ];

    fn check(wanted: &[&str], excluded: &[&str], expect: Result<&[usize], &str>) {
        let found = select(&HOSTS, wanted, excluded).map_err(|e| e.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expect, "{wanted:?} without {excluded:?}");
    }

    #[test]
    fn hosts_are_chosen_once_in_the_inventorys_order() {
        check(&[], &[], Ok(&[0, 1, 2, 3, 4, 5, 6, 7]));
        check(&["esx02.lab.local"], &[], Ok(&[1]));
        check(&[" ESX02.Lab.Local "], &[], Ok(&[1]));
        check(&["esx10", "esx02", "esx02.lab.local", "esx0*"], &[], Ok(&[0, 1, 2, 3]));
        check(&["10.0.0.7"], &[], Ok(&[4]));
        check(&["10.0.0.7*"], &[], Ok(&[4, 5]));
        check(&["esx??.lab.*"], &[], Ok(&[0, 1, 2]));
        check(&["*"], &["localhost*"], Ok(&[0, 1, 2, 3, 4, 5]));
        check(&[], &["esx02", "10.*"], Ok(&[0, 2, 3, 6, 7]));
        check(&["esx02"], &["nothing*"], Ok(&[1]));
        check(&["localhost.localdomain"], &[], Ok(&[6, 7]));
    }

    #[test]
    fn what_is_not_there_is_told() {
        check(
            &["esx03.lab.local"],
            &[],
            Err(
                "no host is named esx03.lab.local (did you mean esx01.lab.local or esx02.lab.local or ESX10.lab.local?)",
            ),
        );
        check(
            &["esx02", "mainframe", "as400*"],
            &["es10"],
            Err("3 names match no host: mainframe, as400*, es10 (did you mean ESX10.lab.local?)"),
        );
        check(&["esx01"], &[], Err("esx01 could be any of 2 hosts: esx01.lab.local, esx01.dmz.local"));
        check(&["10"], &[], Err("no host is named 10 (did you mean 10.0.0.7 or 10.0.0.70?)"));
        check(&[""], &[], Err("no host is named "));
        check(&["esx02"], &["esx02"], Err("no host is left to choose"));
        check(&["esx02"], &["*"], Err("no host is left to choose"));
        let none: [&str; 0] = [];
        assert_eq!(select(&none, &none, &none), Err(SelectionError::Nothing));
    }

    proptest! {
        #[test]
        fn patterns_agree_with_a_plain_search(pattern in "[ab*?]{0,8}", name in "[ab]{0,8}") {
            fn plain(pattern: &[char], name: &[char]) -> bool {
                match pattern {
                    [] => name.is_empty(),
                    ['*', rest @ ..] => (0..=name.len()).any(|skipped| plain(rest, &name[skipped..])),
                    [c, rest @ ..] => name.first().is_some_and(|n| *c == '?' || c == n) && plain(rest, &name[1..]),
                }
            }
            let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
            prop_assert_eq!(fits_pattern(&pattern, &name), plain(&pattern, &name));
        }
    }
}
