//! Which of an inventory's hosts are meant: names asked for and left out, matched against the names that there are.
//! Pure functions over names; each host is chosen at most once whatever is asked for.

use std::collections::HashMap;

/// How many near misses are shown for an unknown name.
const NEAR_MISSES: usize = 3;
/// Near misses are looked for in this many unknown names; in a list of the wrong vCenter all are unknown.
const NAMES_WITH_NEAR_MISSES: usize = 20;

/// Which hosts are meant. Each name is a full name, a short name (up to the first dot) that only one host has, or a
/// pattern with `*` and `?` for either, in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The hosts that are meant; all when this and `places` are empty.
    pub wanted: Vec<String>,
    /// Clusters, datacenters and folders whose hosts are meant, too: a name, or several that follow each other with `/`
    /// between them (`Frankfurt/Production`), or a pattern for either, in any case.
    pub places: Vec<String>,
    /// The hosts that are left out all the same.
    pub excluded: Vec<String>,
}

/// What a [`Selection`] comes to in an inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The indices of the hosts that are meant, each once, in the inventory's order.
    pub chosen: Vec<usize>,
    /// Every name asked for that means no host, or more than one.
    pub unknown: Vec<UnknownName>,
    /// Every name to be left out that means no host: worth a word, but no failure, since nothing is missing.
    pub unused_exclusions: Vec<UnknownName>,
}

/// A name that means no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownName {
    /// No host has it.
    #[error("no host is named {name}{}", did_you_mean(.near_misses))]
    NoSuchHost {
        /// The name asked for.
        name: String,
        /// Hosts' names that look like it, most alike first.
        near_misses: Vec<String>,
    },
    /// No cluster, datacenter or folder with a host in it has this name.
    #[error("no cluster, datacenter or folder with hosts is named {name}")]
    NoSuchPlace {
        /// The name asked for.
        name: String,
    },
    /// It is the short name of several hosts.
    #[error("{name} could be any of {} hosts: {}", .candidates.len(), .candidates.join(", "))]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The hosts' full names.
        candidates: Vec<String>,
    },
}

/// Why a [`Choice`] is not what was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// Names that mean no host.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unknown(Vec<UnknownName>),
    /// Everything was left out, or there are no hosts at all.
    #[error("no host is left to choose")]
    Nothing,
}

impl Selection {
    /// Chooses among hosts whose names, escapes undone, `name` gives, and `path` the names above them, outermost first.
    /// Several hosts of one full name are all meant by it.
    pub fn choose<H>(
        &self,
        hosts: &[H],
        name: impl Fn(&H) -> &str,
        path: impl Fn(&H) -> &[String],
    ) -> Choice {
        let names = Names::new(hosts.iter().map(name).collect());
        let mut choice = Choice::default();
        let mut is_chosen = vec![self.wanted.is_empty() && self.places.is_empty(); hosts.len()];
        for place in &self.places {
            let is_there = below(place);
            let mut is_known = false;
            for (at, host) in hosts.iter().enumerate() {
                if is_there(path(host)) {
                    is_known = true;
                    is_chosen[at] = true;
                }
            }
            if !is_known {
                choice.unknown.push(UnknownName::NoSuchPlace { name: place.clone() });
            }
        }
        let wanted = self.wanted.iter().map(|asked| (asked, false));
        let excluded = self.excluded.iter().map(|asked| (asked, true));
        for (asked, is_excluded) in wanted.chain(excluded) {
            let without_host = if is_excluded { &mut choice.unused_exclusions } else { &mut choice.unknown };
            match names.matches(asked) {
                Ok(matches) if !matches.is_empty() => {
                    for at in matches {
                        is_chosen[at] = !is_excluded;
                    }
                }
                Ok(_) if is_excluded && is_pattern(asked) => {}
                Ok(_) => {
                    let looked = without_host.len() < NAMES_WITH_NEAR_MISSES;
                    let near_misses = if looked { names.near_misses(asked) } else { Vec::new() };
                    without_host.push(UnknownName::NoSuchHost { name: asked.clone(), near_misses });
                }
                Err(candidates) => {
                    without_host.push(UnknownName::Ambiguous { name: asked.clone(), candidates });
                }
            }
        }
        choice.chosen = (0..hosts.len()).filter(|&at| is_chosen[at]).collect();
        choice
    }
}

impl Choice {
    /// The hosts, where every name meant one and at least one is left.
    pub fn complete(self) -> Result<Vec<usize>, SelectionError> {
        if !self.unknown.is_empty() {
            return Err(SelectionError::Unknown(self.unknown));
        }
        if self.chosen.is_empty() { Err(SelectionError::Nothing) } else { Ok(self.chosen) }
    }
}

impl UnknownName {
    /// The name asked for.
    pub fn name(&self) -> &str {
        match self {
            Self::NoSuchHost { name, .. } | Self::NoSuchPlace { name } | Self::Ambiguous { name, .. } => name,
        }
    }
}

/// The hosts' names, as they are matched.
struct Names<'a> {
    shown: Vec<&'a str>,
    lower: Vec<String>,
    full: HashMap<String, Vec<usize>>,
    short: HashMap<String, Vec<usize>>,
}

impl<'a> Names<'a> {
    fn new(shown: Vec<&'a str>) -> Self {
        let lower: Vec<String> = shown.iter().map(|name| name.to_lowercase()).collect();
        let mut full: HashMap<String, Vec<usize>> = HashMap::new();
        let mut short: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, name) in lower.iter().enumerate() {
            full.entry(name.clone()).or_default().push(index);
            if let Some(first) = short_name(name) {
                short.entry(first.to_owned()).or_default().push(index);
            }
        }
        Self { shown, lower, full, short }
    }

    /// The hosts that a name means; the candidates where it is ambiguous.
    fn matches(&self, asked: &str) -> Result<Vec<usize>, Vec<String>> {
        let wanted = asked.trim().to_lowercase();
        if let Some(indices) = self.full.get(&wanted) {
            return Ok(indices.clone());
        }
        if is_pattern(&wanted) {
            let pattern: Vec<char> = wanted.chars().collect();
            let fits = |name: &str| fits_pattern(&pattern, &name.chars().collect::<Vec<_>>());
            let is_meant = |name: &str| fits(name) || short_name(name).is_some_and(fits);
            return Ok((0..self.lower.len()).filter(|&index| is_meant(&self.lower[index])).collect());
        }
        match self.short.get(&wanted).map(Vec::as_slice) {
            None => Ok(Vec::new()),
            Some(&[index]) => Ok(vec![index]),
            Some(indices) => Err(indices.iter().map(|&at| self.shown[at].to_owned()).collect()),
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

/// A name up to its first dot; an address has none.
fn short_name(name: &str) -> Option<&str> {
    let (first, _) = name.split_once('.')?;
    name.parse::<std::net::IpAddr>().is_err().then_some(first)
}

/// Whether a host with this path is in the place asked for.
fn below(place: &str) -> impl Fn(&[String]) -> bool {
    let pattern: Vec<char> = place.trim().to_lowercase().chars().collect();
    move |path| {
        let lower: Vec<String> = path.iter().map(|name| name.to_lowercase()).collect();
        let fits = |names: &[String]| fits_pattern(&pattern, &names.join("/").chars().collect::<Vec<_>>());
        (0..lower.len()).any(|from| (from + 1..=lower.len()).any(|to| fits(&lower[from..to])))
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

fn did_you_mean(near_misses: &[String]) -> String {
    if near_misses.is_empty() {
        String::new()
    } else {
        format!(" (did you mean {}?)", near_misses.join(" or "))
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
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let selection =
            Selection { wanted: names(wanted), excluded: names(excluded), ..Selection::default() };
        let found = selection.choose(&HOSTS, |name| name, |_| &[]).complete().map_err(|e| e.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expect, "{wanted:?} without {excluded:?}");
    }

    #[test]
    fn hosts_are_chosen_by_where_they_are() {
        let host = |name: &str, path: &str| (name.to_owned(), path.split('/').map(str::to_owned).collect());
        let hosts: [(String, Vec<String>); 5] = [
            host("esx01", "Europe/Frankfurt/Production"),
            host("esx02", "Europe/Frankfurt/Test"),
            host("esx03", "Europe/Dublin/Production"),
            host("esx04", "Europe/Dublin"),
            host("esx05", "America/Austin/Edge sites/Edge"),
        ];
        let check = |places: &[&str], wanted: &[&str], excluded: &[&str], expect: Result<&[usize], &str>| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let selection =
                Selection { places: names(places), wanted: names(wanted), excluded: names(excluded) };
            let found = selection.choose(&hosts, |host| &host.0, |host| &host.1).complete();
            assert_eq!(
                found.map_err(|error| error.to_string()).as_deref().map_err(String::as_str),
                expect,
                "{places:?} and {wanted:?} without {excluded:?}"
            );
        };
        check(&["production"], &[], &[], Ok(&[0, 2]));
        check(&[" Frankfurt/Production "], &[], &[], Ok(&[0]));
        check(&["dublin"], &["esx05"], &[], Ok(&[2, 3, 4]));
        check(&["Europe"], &[], &["esx02"], Ok(&[0, 2, 3]));
        check(&["edge*"], &[], &[], Ok(&[4]));
        check(&["*/test"], &[], &[], Ok(&[1]));
        check(
            &["Europe/Production"],
            &[],
            &[],
            Err("no cluster, datacenter or folder with hosts is named Europe/Production"),
        );
        check(&["esx01"], &["esx01"], &[], Err("no cluster, datacenter or folder with hosts is named esx01"));
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
        check(&["esx0?"], &[], Ok(&[0, 1, 3]));
        check(&["10.0.0.?"], &["1?"], Ok(&[4]));
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
            &[],
            Err("no host is named mainframe; no host is named as400*"),
        );
        check(&["esx01"], &[], Err("esx01 could be any of 2 hosts: esx01.lab.local, esx01.dmz.local"));
        check(&["10"], &[], Err("no host is named 10 (did you mean 10.0.0.7 or 10.0.0.70?)"));
        check(&[""], &[], Err("no host is named "));
        check(&["esx02"], &["esx02"], Err("no host is left to choose"));
        check(&["esx02"], &["*"], Err("no host is left to choose"));
        let retired = Selection { excluded: vec!["es10".into()], ..Selection::default() };
        let choice = retired.choose(&HOSTS, |name| name, |_| &[]);
        let told: Vec<String> = choice.unused_exclusions.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["no host is named es10 (did you mean ESX10.lab.local?)"]);
        assert_eq!(choice.complete().map(|chosen| chosen.len()), Ok(8));
        let nothing = Selection::default().choose(&[], |name: &&str| name, |_| &[]);
        assert_eq!(nothing.complete(), Err(SelectionError::Nothing));
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
