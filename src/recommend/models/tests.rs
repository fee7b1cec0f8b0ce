//! What every model of the list keeps to.

use super::super::list::list;
use super::*;

const NOISE: NoiseSeed = NoiseSeed { seed: 1, draw: 1 };

#[test]
fn every_entry_fits_its_kind() {
    for kind in ModelKind::ALL {
        let entry = kind.entry();
        assert_eq!(serde_json::to_value(kind).unwrap(), entry.name, "the name in files");
        assert!(entry.explained.starts_with(&format!("{}: ", entry.title)), "{kind}");
        assert!(entry.brief.starts_with(char::is_uppercase), "{kind}: {}", entry.brief);
        assert!(!entry.says.ends_with('.'), "{kind}: {}", entry.says);
    }
}

fn choosing(most: usize) -> FitOptions {
    FitOptions { most_bought: Some(most), ..FitOptions::default() }
}

/// Sixty items, of which the last twenty are what people buy.
fn histories() -> Vec<Vec<u32>> {
    let rare = |user: u32| (user.is_multiple_of(40)).then_some(user / 40 % 40);
    (0..2_000u32)
        .map(|user| {
            (0..4).map(|i| 40 + (user * 7 + i * 5 + user % 2 * i) % 20).chain(rare(user)).collect()
        })
        .collect()
}

#[test]
fn lists_are_made_of_what_was_chosen() {
    let histories = histories();
    let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
    let training = Training { items: 60, histories: &slices, l0: 10, options: choosing(20) };
    let mut scores = Vec::new();
    for kind in [ModelKind::Popularity, ModelKind::Ease, ModelKind::Als, ModelKind::Autoencoder] {
        // Too little to learn from, enough, and no guarantee at all.
        for epsilon in [Some(0.2), Some(8.0), None] {
            let guarantee = epsilon.map(|epsilon| Guarantee { epsilon, delta: 1e-6 });
            let model = fit(kind, &training, guarantee, NOISE, &Cancel::new()).unwrap();
            let made = list(&*model, &[3, 41, 50], 60, 60, &mut scores);
            assert!(
                made.iter().all(|item| ![3, 41, 50].contains(item)),
                "{kind} {epsilon:?}: {made:?}"
            );
            // Strong noise may choose any twenty, of which the history has up to three.
            if epsilon == Some(0.2) {
                assert!((17..=20).contains(&made.len()), "{kind}: {made:?}");
            } else {
                assert!(
                    made.len() == 18 && made.iter().all(|&item| item >= 40),
                    "{kind} {epsilon:?}: {made:?}"
                );
            }
        }
    }
    let by_lot = fit(ModelKind::Random, &training, None, NOISE, &Cancel::new()).unwrap();
    assert_eq!(list(&*by_lot, &[3, 41, 50], 60, 60, &mut scores).len(), 57, "lots know no counts");
}

#[test]
fn nothing_is_paid_where_nothing_is_chosen() {
    let histories = histories();
    let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
    let guarantee = Some(Guarantee { epsilon: 2.0, delta: 1e-6 });
    let lists = |options| {
        let training = Training { items: 60, histories: &slices, l0: 10, options };
        let model = fit(ModelKind::Ease, &training, guarantee, NOISE, &Cancel::new()).unwrap();
        list(&*model, &[45], 60, 60, &mut Vec::new())
    };
    let all = lists(FitOptions::default());
    assert_eq!(lists(choosing(60)), all);
    assert_ne!(lists(choosing(59))[..40], all[..40]);
}

#[test]
fn lists_leave_out_what_is_there_already() {
    let histories: Vec<Vec<u32>> =
        (0..50).map(|user| vec![user % 7, (user + 1) % 7, (user * 3) % 7]).collect();
    let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
    let training = Training { items: 7, histories: &slices, l0: 2, options: FitOptions::default() };
    let mut scores = Vec::new();
    for kind in ModelKind::ALL {
        for guarantee in [None, Some(Guarantee { epsilon: 1.0, delta: 1e-6 })] {
            let fitted = || fit(kind, &training, guarantee, NOISE, &Cancel::new()).unwrap();
            let model = fitted();
            let made = list(&*model, &[2, 5], 4, 7, &mut scores);
            assert_eq!(made.len(), 4);
            assert!(!made.contains(&2) && !made.contains(&5), "{kind}: {made:?}");
            assert_eq!(made, list(&*fitted(), &[2, 5], 4, 7, &mut scores));
            assert_eq!(list(&*model, &[2, 5], 20, 7, &mut scores).len(), 5);
            assert!(list(&*model, &[0, 1, 2, 3, 4, 5, 6], 3, 7, &mut scores).is_empty());
        }
    }
}
