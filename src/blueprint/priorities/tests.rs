//! Numbers keep their order, stay where they can, and never leave AWS's range.

use proptest::prelude::*;

use super::*;

fn order(routes: &str) -> Vec<String> {
    routes.chars().map(String::from).collect()
}

fn solved(routes: &str, former: &[(&str, u32)]) -> Vec<u32> {
    let former = former.iter().map(|(route, number)| ((*route).to_owned(), *number)).collect();
    priorities(&order(routes), &former)
}

#[test]
fn the_first_ones_stand_a_step_apart() {
    assert_eq!(solved("abc", &[]), [100, 200, 300]);
}

#[test]
fn one_that_comes_leaves_the_others_alone() {
    let former = [("a", 100), ("b", 200), ("c", 300)];
    assert_eq!(solved("axbc", &former), [100, 150, 200, 300]);
    assert_eq!(solved("xabc", &former), [50, 100, 200, 300]);
    assert_eq!(solved("abcx", &former), [100, 200, 300, 400]);
    assert_eq!(solved("ac", &former), [100, 300]);
}

#[test]
fn a_number_of_one_that_goes_stays_free_for_now() {
    assert_eq!(solved("ax", &[("a", 100), ("b", 200)]), [100, 300]);
    assert_eq!(solved("axc", &[("a", 100), ("b", 200), ("c", 300)]), [100, 201, 300]);
}

#[test]
fn where_no_number_is_left_one_moves() {
    assert_eq!(solved("axb", &[("a", 1), ("b", 2)]), [1, 101, 201]);
    assert_eq!(solved("axbc", &[("a", 1), ("b", 2), ("c", 1000)]).first(), Some(&1));
    let full = solved("axb", &[("a", LAST - 1), ("b", LAST)]);
    assert_eq!(full.last(), Some(&LAST));
    assert!(full.is_sorted_by(|one, other| one < other));
}

#[test]
fn the_order_wins_over_what_was() {
    let former = [("a", 100), ("b", 200), ("c", 300)];
    let turned = solved("cab", &former);
    assert!(turned.is_sorted_by(|one, other| one < other));
    assert_eq!(turned[1..], [100, 200]);
}

/// The most that can stay, by trying all subsets.
fn most_kept(former: &[Option<u32>]) -> usize {
    let feasible = |set: u32| {
        let (mut before, mut at_before) = (0, -1);
        for (at, number) in former.iter().enumerate() {
            if set & (1 << at) == 0 {
                continue;
            }
            let Some(number) = *number else { return false };
            let between = at as i64 - at_before - 1;
            if i64::from(number) - i64::from(before) - 1 < between {
                return false;
            }
            (before, at_before) = (number, at as i64);
        }
        i64::from(LAST) - i64::from(before) >= former.len() as i64 - 1 - at_before
    };
    let subsets = (0..1u32 << former.len()).filter(|set| feasible(*set));
    subsets.map(|set| set.count_ones() as usize).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn any_memory_is_kept_as_far_as_it_can_be(
        former in prop::collection::vec(
            prop::option::of(prop_oneof![1u32..12, LAST - 10..=LAST + 5]),
            1..9,
        )
    ) {
        let routes: Vec<String> = (0..former.len()).map(|n| n.to_string()).collect();
        let memory = routes
            .iter()
            .zip(&former)
            .filter_map(|(route, number)| Some((route.clone(), (*number)?)))
            .collect();
        let numbers = priorities(&routes, &memory);
        prop_assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
        prop_assert!(numbers.iter().all(|number| (1..=LAST).contains(number)), "{numbers:?}");
        let stayed = numbers.iter().zip(&former).filter(|(now, was)| Some(**now) == **was).count();
        prop_assert_eq!(stayed, most_kept(&former));
    }
}
