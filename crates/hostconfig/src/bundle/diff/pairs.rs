//! Which value of a setting became which, where it stands in several places.

use std::ptr;

use super::{Setting, Source};

/// A setting in the first bundle and what it is in the second.
pub(super) type Pair<'a> = (Option<&'a Setting>, Option<&'a Setting>);

/// In more places than any host has one setting, values are compared in their order.
const MOST: usize = 100;

type Places<'a> = Vec<(&'a Source, &'a Setting)>;

/// Settings of one name on both sides: those in the same place are the same one, then those of the same value.
pub(super) fn pairs<'a>(first: &[&'a Setting], second: &[&'a Setting]) -> Vec<Pair<'a>> {
    let most = first.len().max(second.len());
    let places_of =
        |settings: &[&Setting]| settings.iter().map(|setting| 1 + setting.also.len()).sum::<usize>();
    if most == 1 || places_of(first).max(places_of(second)) > MOST {
        return (0..most).map(|at| (first.get(at).copied(), second.get(at).copied())).collect();
    }
    let mut found = Vec::new();
    let (mut left, mut right) = (places(first), places(second));
    take(&mut left, &mut right, &mut found, |a, b| a.0 == b.0 && a.1.value == b.1.value);
    take(&mut left, &mut right, &mut found, |a, b| a.0 == b.0);
    // What stands elsewhere as well is told already.
    let is = |one: Option<&Setting>, other: &Setting| one.is_some_and(|one| ptr::eq(one, other));
    left.retain(|(_, setting)| !found.iter().any(|pair: &Pair<'_>| is(pair.0, setting)));
    right.retain(|(_, setting)| !found.iter().any(|pair: &Pair<'_>| is(pair.1, setting)));
    for places in [&mut left, &mut right] {
        places.dedup_by(|a, b| ptr::eq(a.1, b.1));
    }
    take(&mut left, &mut right, &mut found, |a, b| a.1.value == b.1.value);
    take(&mut left, &mut right, &mut found, |_, _| true);
    found.extend(left.into_iter().map(|(_, setting)| (Some(setting), None)));
    found.extend(right.into_iter().map(|(_, setting)| (None, Some(setting))));
    let mut pairs: Vec<Pair<'_>> = Vec::with_capacity(found.len());
    for pair in found {
        let is_it = |other: &Pair<'_>| {
            let (one, two) = (pair.0.map(ptr::from_ref), pair.1.map(ptr::from_ref));
            (one, two) == (other.0.map(ptr::from_ref), other.1.map(ptr::from_ref))
        };
        if !pairs.iter().any(is_it) {
            pairs.push(pair);
        }
    }
    pairs
}

fn places<'a>(settings: &[&'a Setting]) -> Places<'a> {
    let sources = |setting: &&'a Setting| {
        let setting = *setting;
        std::iter::once(&setting.source).chain(&setting.also).map(move |source| (source, setting))
    };
    settings.iter().flat_map(sources).collect()
}

/// Takes those that belong together out of both.
fn take<'a>(
    left: &mut Places<'a>,
    right: &mut Places<'a>,
    found: &mut Vec<Pair<'a>>,
    belong: impl Fn(&(&Source, &Setting), &(&Source, &Setting)) -> bool,
) {
    left.retain(|one| match right.iter().position(|other| belong(one, other)) {
        None => true,
        Some(at) => {
            found.push((Some(one.1), Some(right.remove(at).1)));
            false
        }
    });
}
