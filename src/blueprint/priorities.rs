//! Priorities of listener rules: numbers in the order in which routes have to be asked, remembered, with room between
//! them.
//!
//! AWS tries rules by their numbers. A route that comes takes a number between its neighbours, so the others keep
//! theirs; only where no number is left between two do routes move, and as few as possible. The order is never given
//! up for that.

use std::collections::{BTreeMap, BTreeSet};

/// The largest that AWS takes.
const LAST: u32 = 50_000;
/// Room between neighbours where there is enough.
const STEP: u32 = 100;

/// A number for each of `order`, ascending; those of `former` stay wherever the order allows it.
///
/// A number that somebody else had is taken only where no other is left: the rule that has it may still be there when
/// this one is made.
pub(super) fn priorities(order: &[String], former: &BTreeMap<String, u32>) -> Vec<u32> {
    let kept = kept(order, former);
    let taken: BTreeSet<u32> = former.values().copied().collect();
    let mut numbers = Vec::with_capacity(order.len());
    let mut before = 0;
    while numbers.len() < order.len() {
        let start = numbers.len();
        let next = (start..order.len()).find_map(|at| Some((at, kept[at]?)));
        let end = next.map_or(order.len(), |(at, _)| at);
        let after = next.map(|(_, number)| number);
        numbers.extend(between(before, after, end - start, &taken));
        if let Some((_, number)) = next {
            numbers.push(number);
            before = number;
        }
    }
    numbers
}

/// The former numbers that stay: as many as possible, ascending, with room for those between them.
///
/// With `room = number - position`, numbers of a subsequence leave enough room between them just when their rooms never
/// fall. So this is the longest subsequence of rooms that never fall; of several the one that ends lowest.
fn kept(order: &[String], former: &BTreeMap<String, u32>) -> Vec<Option<u32>> {
    let fits = |at: usize, number: u32| {
        let (before, after) = (at as u32, (order.len() - 1 - at) as u32);
        number > before && number <= LAST - after
    };
    let rooms: Vec<Option<u32>> = order
        .iter()
        .enumerate()
        .map(|(at, route)| {
            let number = former.get(route).copied().filter(|number| fits(at, *number))?;
            Some(number - at as u32)
        })
        .collect();
    // For each position: how many stay at most up to it and with it, and which one is kept before it.
    let mut best: Vec<(usize, Option<usize>)> = vec![(0, None); order.len()];
    for at in 0..order.len() {
        let Some(room) = rooms[at] else { continue };
        let before = (0..at).filter(|other| rooms[*other].is_some_and(|other| other <= room));
        let before = before.max_by_key(|other| (best[*other].0, std::cmp::Reverse(*other)));
        best[at] = (before.map_or(0, |before| best[before].0) + 1, before);
    }
    let mut kept = vec![None; order.len()];
    let mut last = (0..order.len())
        .filter(|at| rooms[*at].is_some())
        .max_by_key(|at| (best[*at].0, std::cmp::Reverse(*at)));
    while let Some(at) = last {
        kept[at] = rooms[at].map(|room| room + at as u32);
        last = best[at].1;
    }
    kept
}

/// `count` ascending numbers between two others: steps apart where nothing follows, else spread evenly.
fn between(before: u32, after: Option<u32>, count: usize, taken: &BTreeSet<u32>) -> Vec<u32> {
    let free = |number: &u32| !taken.contains(number);
    if after.is_none() {
        let steps = (1..).map(|n| before + n * STEP).take_while(|number| *number <= LAST);
        let steps: Vec<u32> = steps.filter(free).take(count).collect();
        if steps.len() == count {
            return steps;
        }
    }
    let all = before + 1..after.unwrap_or(LAST + 1);
    let mut room: Vec<u32> = all.clone().filter(free).collect();
    if room.len() < count {
        room = all.collect();
    }
    (1..=count).map(|n| room[n * room.len() / (count + 1)]).collect()
}

#[cfg(test)]
mod tests;
