//! What a release spends and how it is noised, as lines for people: nothing here is looked up in the
//! true data.

use crate::chart::{grouped, short_number};
use crate::contribution::GroupKeys;
use crate::privacy::accounting::{Amount, Cost};
use crate::release::{Balance, Keys, LedgerView, PreparedRelease};

/// δ as people write it: `1e-6`, `0.5`.
pub fn delta_words(delta: Amount<18>) -> String {
    match delta.to_f64() {
        small if small > 0.0 && small < 1e-3 => format!("{small:e}"),
        large => large.to_string(),
    }
}

/// `ε 1, δ 1e-7`; without δ where there is none.
pub fn cost_words(cost: Cost) -> String {
    match cost.delta == Amount::ZERO {
        true => format!("ε {}", cost.epsilon),
        false => format!("ε {}, δ {}", cost.epsilon, delta_words(cost.delta)),
    }
}

/// `1 row`, `1,333 rows`.
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// What is left of ε, and how many more of the same would fit.
pub fn left_words(left: Amount<9>, more: u64) -> String {
    match more {
        0 => format!("ε {left} is left, no more like this fits"),
        more => format!("ε {left} is left, about {} more like this fit", grouped(more)),
    }
}

/// A number with at most six digits behind the point and no zeros at its end.
pub fn plain(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What a ledger has left now and afterwards.
pub fn ledger_words(view: &LedgerView, after: &Balance) -> String {
    let (now, then) = (view.balance.remaining(), after.remaining());
    let delta = match view.balance.total.delta == Amount::ZERO {
        true => String::new(),
        false => format!(", δ {} and {}", delta_words(now.delta), delta_words(then.delta)),
    };
    format!(
        "{}: ε {} left now, ε {} afterwards{delta} ({} accounting)",
        view.path.display(),
        now.epsilon,
        then.epsilon,
        view.accountant.title()
    )
}

/// What a release spends, leaves, publishes, and by which noise: a name and what it is.
pub fn spending_lines(
    prepared: &PreparedRelease,
    ledger: &LedgerView,
    after: &Balance,
) -> Vec<(&'static str, String)> {
    let (request, reservation) = (prepared.request(), prepared.reservation());
    let unit = prepared.pairs().units_per_shown() as f64;
    let scale = if request.top_k.is_some() { prepared.scale() } else { prepared.scale() / unit };
    let mut noise = format!("{}, scale {}", prepared.mechanism(), short_number(scale));
    if let Some(threshold) = prepared.threshold() {
        noise += &format!("; groups below {} are dropped", short_number(threshold as f64 / unit));
    }
    let mut lines = vec![
        ("it spends", cost_words(reservation.cost)),
        ("the ledger", ledger_words(ledger, after)),
    ];
    if !request.out.as_os_str().is_empty() {
        lines.push(("publishes", request.out.display().to_string()));
    }
    lines.push(("question", format!("{}, {}", reservation.question, reservation.bounds)));
    lines.push(("noise", noise));
    if request.floor_at_zero {
        let bias = short_number(prepared.floor_bias() / unit);
        lines.push(("flooring", format!("raises a group without anyone by {bias} on average")));
    }
    let is_of_kind = matches!(prepared.pairs().known(), GroupKeys::Kind(_));
    if request.keys == Keys::Public && !is_of_kind {
        let words = "every key in the data is shown, also one that a single user has";
        lines.push(("groups", words.to_owned()));
    }
    lines
}
