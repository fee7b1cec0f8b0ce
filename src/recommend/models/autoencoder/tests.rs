//! The gradient, the clip, and what training must do.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::super::super::training::Guarantee;
use super::draws::{NormalDraws, uniform};
use super::gradient::{Gradient, UserBlock, Workspace, accumulate, exp_not_positive};
use super::network::add_scaled;
use super::*;

const M: usize = 23;

fn network(hidden: usize, scale: f64) -> Network {
    let mut normals = NormalDraws::new(ChaCha12Rng::from_seed([9; 32]));
    let mut draw = |n: usize| (0..n).map(|_| scale * normals.next()).collect::<Vec<_>>();
    Network::from_parts(hidden, draw(M * hidden), draw(M)).unwrap()
}

/// Users of two tastes; among them an empty one, one with a single item and one with all items.
fn users() -> Vec<Vec<u32>> {
    let mut rng = ChaCha12Rng::from_seed([4; 32]);
    let mut users: Vec<Vec<u32>> = (0..57)
        .map(|u| {
            (0..M as u32)
                .filter(|i| uniform(&mut rng) < if i % 2 == u % 2 { 0.5 } else { 0.05 })
                .collect()
        })
        .collect();
    users.extend([vec![], vec![3], (0..M as u32).collect()]);
    users
}

fn block(users: &[Vec<u32>], views: usize) -> UserBlock {
    let mut rng = ChaCha12Rng::from_seed([5; 32]);
    let mut block = UserBlock::new(views);
    users.iter().for_each(|user| block.push(user, 0.4, &mut rng));
    block
}

/// Loss of one view, straight from the definition.
fn plain_loss(net: &Network, inputs: &[u32], targets: &[u32]) -> f64 {
    if targets.is_empty() {
        return 0.0;
    }
    let mut logits = vec![0.0; M];
    net.scores(inputs, &mut logits);
    let total: f64 =
        (0..M as u32).filter(|i| !inputs.contains(i)).map(|i| libm::exp(logits[i as usize])).sum();
    let mean = targets.iter().map(|&i| logits[i as usize]).sum::<f64>() / targets.len() as f64;
    libm::log(total) - mean
}

/// Gradient of one view as a full matrix and bias, by dense loops.
fn plain_gradient(net: &Network, inputs: &[u32], targets: &[u32]) -> Vec<f64> {
    let h = net.hidden;
    let mut g = vec![0.0; M * h + M];
    if targets.is_empty() {
        return g;
    }
    let x = |i: usize| {
        let norm = (inputs.len() as f64).sqrt();
        if inputs.contains(&(i as u32)) { 1.0 / norm } else { 0.0 }
    };
    let z: Vec<f64> =
        (0..h).map(|c| libm::tanh((0..M).map(|i| x(i) * net.weights[i * h + c]).sum())).collect();
    let mut p: Vec<f64> = (0..M)
        .map(|i| {
            let logit = net.bias[i] + (0..h).map(|c| net.weights[i * h + c] * z[c]).sum::<f64>();
            if inputs.contains(&(i as u32)) { 0.0 } else { libm::exp(logit) }
        })
        .collect();
    let total: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= total);
    targets.iter().for_each(|&i| p[i as usize] -= 1.0 / targets.len() as f64);
    for c in 0..h {
        let back: f64 = (0..M).map(|i| p[i] * net.weights[i * h + c]).sum();
        for i in 0..M {
            g[i * h + c] = p[i] * z[c] + x(i) * back * (1.0 - z[c] * z[c]);
        }
    }
    g[M * h..].copy_from_slice(&p);
    g
}

fn total_gradient(net: &Network, block: &UserBlock, clip: f64) -> (Vec<f64>, f64) {
    let mut sum = Gradient::zero(net);
    let loss = accumulate(net, block, clip, &mut sum, &mut Workspace::new());
    ([sum.weights, sum.bias].concat(), loss)
}

#[test]
fn clipped_sum_equals_explicit_per_user_gradients() {
    let net = network(5, 0.6);
    for views in [1, 2, 3, 4] {
        for clip in [0.05, 0.4, 10.0, f64::INFINITY] {
            let block = block(&users(), views);
            let mut expected = vec![0.0; M * 5 + M];
            for first in (0..block.rows()).step_by(views) {
                let mut user = vec![0.0; expected.len()];
                for k in first..first + views {
                    let g = plain_gradient(&net, &block.inputs[k], &block.targets[k]);
                    add_scaled(&mut user, 1.0 / views as f64, &g);
                }
                let norm = user.iter().map(|g| g * g).sum::<f64>().sqrt();
                let factor = if norm > clip { clip / norm } else { 1.0 };
                add_scaled(&mut expected, factor, &user);
            }
            let (got, _) = total_gradient(&net, &block, clip);
            let far = got.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(far < 1e-10, "views {views} clip {clip}: {far}");
        }
    }
}

#[test]
fn one_user_never_moves_the_sum_further_than_the_clip() {
    let net = network(4, 2.0);
    for user in users() {
        let (g, _) = total_gradient(&net, &block(&[user], 4), 0.1);
        assert!(g.iter().map(|g| g * g).sum::<f64>().sqrt() <= 0.1 + 1e-12);
    }
}

#[test]
fn gradient_agrees_with_finite_differences() {
    let net = network(3, 0.5);
    let block = block(&users(), 2);
    let loss = |net: &Network| -> f64 {
        let splits = block.inputs.iter().zip(&block.targets);
        splits.map(|(a, b)| 0.5 * plain_loss(net, a, b)).sum()
    };
    let (gradient, reported) = total_gradient(&net, &block, f64::INFINITY);
    assert!((reported - loss(&net)).abs() < 1e-10);
    for (at, g) in gradient.iter().enumerate() {
        let moved = |by: f64| {
            let mut net = net.clone();
            match net.weights.get_mut(at) {
                Some(w) => *w += by,
                None => net.bias[at - M * 3] += by,
            }
            loss(&net)
        };
        let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert!((slope - g).abs() < 1e-6, "{at}: {slope} {g}");
    }
}

#[test]
fn fast_exponential_is_accurate() {
    for i in 0..70_000 {
        let x = -0.01 * i as f64;
        let (got, want) = (exp_not_positive(x), libm::exp(x));
        assert!((got - want).abs() <= 1e-13 * want, "{x}: {got} {want}");
    }
    assert!(exp_not_positive(f64::NEG_INFINITY) < 1e-300);
}

#[test]
fn normals_have_unit_variance() {
    let mut normals = NormalDraws::new(ChaCha12Rng::from_seed([1; 32]));
    let draws: Vec<f64> = (0..200_000).map(|_| normals.next()).collect();
    let n = draws.len() as f64;
    let moment = |k: i32| draws.iter().map(|x| x.powi(k)).sum::<f64>() / n;
    assert!(moment(1).abs() < 0.01);
    assert!((moment(2) - 1.0).abs() < 0.02);
    assert!((moment(4) - 3.0).abs() < 0.1);
}

fn small(noise: Option<f64>) -> TrainingSettings {
    TrainingSettings {
        hidden: 4,
        learning_rate: 1.0,
        decay: 0.001,
        views: 2,
        clip: noise.map(|_| 0.1),
        noise_multiplier: noise,
        ..TrainingSettings::without_privacy(Schedule { rate: 0.5, steps: 30 })
    }
}

#[test]
fn equal_seeds_give_equal_networks() {
    let train =
        |seed: u8| fit(&users(), M, &small(Some(1.0)), [seed; 32], &mut |_, _, _| true).unwrap();
    assert_eq!(train(1), train(1));
    assert_ne!(train(1), train(2));
}

/// With all users empty, one undecayed step without momentum is the noise alone.
#[test]
fn noise_has_the_promised_size() {
    let settings = TrainingSettings {
        hidden: 50,
        learning_rate: 1.0,
        decay: 0.0,
        init: 0.0,
        clip: Some(0.3),
        noise_multiplier: Some(2.0),
        ..TrainingSettings::without_privacy(Schedule { rate: 1.0, steps: 1 })
    };
    let net = fit(&vec![vec![]; 10], 400, &settings, [3; 32], &mut |_, _, _| true).unwrap();
    let all: Vec<f64> = net.weights.iter().chain(&net.bias).copied().collect();
    let variance = all.iter().map(|x| x * x).sum::<f64>() / all.len() as f64;
    assert!((variance.sqrt() - 2.0 / 10.0).abs() < 0.005, "{variance}");
}

#[test]
fn training_without_noise_reduces_the_loss() {
    let mut losses = Vec::new();
    let net = fit(&users(), M, &small(None), [7; 32], &mut |step, of, loss| {
        assert!(step == losses.len() + 1 && of == 30);
        losses.push(loss);
        true
    })
    .unwrap();
    assert_eq!(losses.len(), 30);
    let mean = |l: &[f64]| l.iter().sum::<f64>() / l.len() as f64;
    assert!(mean(&losses[25..]) < mean(&losses[..5]) - 0.1, "{losses:?}");
    let mut scores = vec![0.0; M];
    net.scores(&[0, 2, 4, 4, 999], &mut scores);
    assert!(scores[6] > scores[7]);
}

#[test]
fn cancelling_stops_at_once() {
    let mut calls = 0;
    let result = fit(&users(), M, &small(None), [7; 32], &mut |step, _, _| {
        calls += 1;
        step < 3
    });
    assert_eq!((result, calls), (Err(NoModel::Cancelled), 3));
}

#[test]
fn bad_arguments_are_refused_and_odd_ones_survive() {
    let go = |train: &[Vec<u32>], m, s: &TrainingSettings| {
        fit(train, m, s, [0; 32], &mut |_, _, _| true)
    };
    let invalid = |r| matches!(r, Err(NoModel::Invalid(_)));
    assert!(invalid(go(&[vec![5]], 5, &small(None))));
    let noise_alone = TrainingSettings { noise_multiplier: Some(1.0), ..small(None) };
    assert!(invalid(go(&users(), M, &noise_alone)));
    assert!(invalid(go(&users(), M, &TrainingSettings { rate: f64::NAN, ..small(None) })));
    assert!(go(&[], 5, &small(Some(1.0))).is_ok());
    assert!(go(&[vec![]], 0, &small(Some(1.0))).is_ok());
    assert!(go(&[vec![0, 0]], 1, &small(None)).is_ok());
    assert!(Network::from_parts(2, vec![0.0; 5], vec![0.0; 2]).is_none());
}

#[test]
fn a_diverged_training_is_no_invalid_one() {
    let go = |learning_rate| {
        let settings = TrainingSettings { learning_rate, decay: 0.0, clip: None, ..small(None) };
        fit(&users(), M, &settings, [0; 32], &mut |_, _, _| true).unwrap_err()
    };
    assert_eq!(go(f64::MAX), NoModel::Diverged);
    assert_eq!(go(-1.0), NoModel::Invalid("learning_rate must be positive"));
    assert!(go(-1.0).to_string().contains("learning_rate must be positive"));
}

#[test]
fn a_budget_that_noise_would_drown_trains_nothing() {
    let is_worthwhile = |epsilon, users, items| {
        worthwhile(Guarantee { epsilon, delta: 1e-6 }.into(), Schedule::usual(users), users, items)
            .is_some()
    };
    assert!(!is_worthwhile(0.5, 3_000, 1_000));
    assert!(is_worthwhile(2.0, 3_000, 1_000));
    // More users or fewer items carry a smaller budget.
    assert!(is_worthwhile(0.5, 30_000, 1_000));
    assert!(is_worthwhile(0.8, 3_000, 300) && !is_worthwhile(0.8, 3_000, 1_000));
}

#[test]
fn the_noise_of_a_plan_is_the_smallest_that_is_allowed() {
    use crate::privacy::accounting::{Accountant, Event, Law, Precision, epsilon};
    let guarantee = Guarantee { epsilon: 2.0, delta: 1e-6 };
    assert_eq!(Schedule::usual(4_096), Schedule { rate: 1.0, steps: 100 });
    let schedules =
        [Schedule::usual(3_000), Schedule::usual(20_000), Schedule { rate: 0.02, steps: 700 }];
    for (schedule, left) in
        schedules.into_iter().flat_map(|schedule| [(schedule, 1.0), (schedule, 0.9)])
    {
        let plan = plan(FitBudget { guarantee, left }, schedule);
        assert_eq!((plan.rate, plan.steps), (schedule.rate, schedule.steps));
        assert_eq!(plan.vocabulary_noise.is_some(), left < 1.0);
        let counts = plan
            .vocabulary_noise
            .map(|sigma| Event { law: Law::Gaussian { sigma, sensitivity: 1.0 }, times: 1 });
        let sigma = plan.noise_multiplier;
        let costs = |sigma| {
            let law = Law::SubsampledGaussian { sigma, sensitivity: 1.0, rate: plan.rate };
            let steps = Event { law, times: plan.steps as u64 };
            let events: Vec<Event> = counts.into_iter().chain([steps]).collect();
            epsilon(Accountant::Pld, &events, guarantee.delta, Precision::default()).unwrap()
        };
        let slack = 1e-6;
        assert!(
            costs(sigma * (1.0 + slack)) <= guarantee.epsilon,
            "{schedule:?}: {}",
            costs(sigma)
        );
        assert!(costs(sigma * (1.0 - slack)) > guarantee.epsilon, "{schedule:?}: {}", costs(sigma));
        let spent = plan.spent(guarantee.delta, 5);
        assert_eq!((spent.len(), spent[0].0, spent[5].0), (6, 0, plan.steps));
        assert_eq!(
            spent[0].1 > 0.0,
            left < 1.0,
            "the vocabulary is paid for before the first step"
        );
        assert!(
            spent.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1),
            "{spent:?}"
        );
        assert!((spent[5].1 / guarantee.epsilon - 1.0).abs() < 1e-6, "{spent:?}");
    }
}
