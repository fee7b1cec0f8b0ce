//! What the screen in view shows, in the terms of the field, and its keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame::{clear, panel, wrap};
use crate::recommend::Kind;
use crate::tui::keymap::{self, Context};
use crate::tui::model::{Model, Screen};
use crate::tui::paint::{text, text_right};

/// Paragraphs for a screen: a heading and what it means.
fn explained(screen: Screen) -> &'static [(&'static str, &'static str)] {
    match screen {
        Screen::Data => &[
            (
                "What this is",
                "What was read from the file, which rows were kept, and why others were dropped. A row counts under the first reason that holds. Choose a line and change it: the file is read again.",
            ),
            (
                "status",
                "Looking at the true data is not private, whatever noise is added later. The status says what that means here: public and synthetic data disclose nothing; historical data are about people, but not those of the release; private data are about people whose privacy is at stake, and every export of a figure computed from them is marked \"not differentially private: do not publish\".",
            ),
            (
                "privacy unit",
                "A user. Two datasets are neighbours when one user's rows are added or removed, all of them together.",
            ),
            (
                "contribution bounds",
                "l0: to how many groups a user may contribute. linf: how much to each. The bars show how many users (or user-group pairs) lie within each step; what lies beyond the mark is cut. Choosing bounds by looking at private data is itself not private.",
            ),
        ],
        Screen::Scope => &[
            (
                "What this is",
                "One differentially private release, before it is made: turn ε and the contribution bounds and see what the noise and the clipping do to every answer. Dashed lines are exact (closed form) and follow the knobs at once; solid lines are simulated by trials and carry a band of two standard errors.",
            ),
            (
                "ε and sensitivity",
                "A smaller ε is more privacy and more noise. Sensitivity is not wished for but follows from the bounds: Δ₁ = l0·linf is the most one user can change all answers together. Laplace noise of scale b = Δ₁/ε then gives ε-differential privacy; Gaussian noise uses Δ₂ = √l0·linf and a failure probability δ.",
            ),
            (
                "clipped away",
                "What the bounds cut off, as a share of the raw total. It biases sums downwards, and no ε brings it back. Tighter bounds: less noise, more bias.",
            ),
            (
                "error",
                "a asks once, space asks again and again. Each asked answer (dot) spends ε from the session's budget. The solid line is the error of the mean of all answers so far: averaging buys accuracy, at 1/√m, and costs m times ε. It never falls below what clipping alone does. RMSE: root of the mean squared error over all groups, against the raw sums. MAE: expected absolute error.",
            ),
            (
                "variance (m: another figure)",
                "How the simulated figure settles as trials are added, beside its closed form. A trial is simulated and costs no budget: it is not a release and may not leave the program as an answer. Where closed form and simulation differ by more than 4 standard errors, the chart says DISAGREE.",
            ),
            (
                "ranking drift",
                "How much of the true order is left. Kendall τ-b: 1 is the same order, 0 is chance. overlap@k: the share of the true top k that is still in the noised top k. Both against the raw order, over ε, at the bounds under the knobs; ▲ marks the ε under the knob. Points on the curve share their random draws, so their errors are correlated.",
            ),
            (
                "one answer",
                "What could come out for one group: each dot is an equal chance. ▲ the true sum, △ the sum after clipping. [ and ] choose another group, here and on the Ranking screen.",
            ),
            (
                "true top (where there is room)",
                "The true top list, with the rank that clipping alone gives each group and the rank in the newest asked answer. A rank in another colour has moved; in red it has left the top k.",
            ),
            (
                "session budget",
                "What answers cost together, exactly, by the accountant chosen on the Budget screen (basic: ε and δ add up). When the next does not fit it is refused. r starts over, b sets another total.",
            ),
        ],
        Screen::Budget => &[
            (
                "What this is",
                "What was asked in this session, what it cost, and what is left. A session is a rehearsal: nothing of it is published. p makes a real release and spends from a ledger, a file that keeps what a dataset's budget was spent on.",
            ),
            (
                "accountants",
                "Four ways to add up the same answers. basic: ε and δ add up. zCDP: ρ adds up (ρ = Δ₂²/2σ² for Gaussian noise), then converts to ε at the total δ. Rényi: the divergence of every order adds up; the best order converts. PLD: the exact law of the privacy loss, composed; it never says more than the others but for its grid, and it holds only for a plan fixed in advance. The gauge on every screen spends by the chosen one. An accountant by which more than the total is spent already is refused.",
            ),
            (
                "δ",
                "The last three need a total δ above 0 (b sets it) and take it whole, however little is spent. A δ well below one over the number of users is usual.",
            ),
            (
                "plan",
                "Several questions that share the budget: n adds the one under the knobs. ←→ turns a question's weight and the others follow; l locks its ε where it is, enter types it; the reserve is kept back. E|noise| is the expected absolute noise in each group at that share. Under a tighter accountant the same budget gives every question more.",
            ),
            (
                "ε of so many answers",
                "What so many answers like the one under the knobs cost together, by each accountant, from nothing spent. The dashed grey line is the total.",
            ),
            (
                "release",
                "Published once: exact whole-number noise, a file and a statement of how it was made beside it. The budget is reserved in the ledger before any noise is drawn and never given back.",
            ),
        ],
        Screen::Ranking => &[
            (
                "What this is",
                "What noise does to a ranking. The list is the true one, by raw sums; beside every item stands where it is to be expected in a noised list, and where it came out in a trial. Turn a knob, play trials, and see who would fall out of the top list.",
            ),
            (
                "trial",
                "A hypothetical release: n draws the next, space plays one after another. It costs nothing, because nothing is published: it may not leave the program as an answer, and no export holds one. A turned knob keeps the trial's noise and only makes it larger or smaller; c draws other noise.",
            ),
            (
                "▲3, ▼2, out, ●new",
                "How many places an item moved up or down against the true order. out: it left the top list. ●new: it came in. Below the list: who fell out and to which rank, who came in and from which.",
            ),
            (
                "clip",
                "How the bounds alone move an item, without any noise. No ε brings it back: l0 and linf do. On the bar, ╎ marks the sum that clipping leaves.",
            ),
            (
                "gap/b (gap/σ)",
                "How far an item leads the next of the true order, after clipping, in units of the noise's scale. Below about 1 the two swap easily; from 5 on hardly ever. Below 0, clipping has swapped them already.",
            ),
            (
                "P in top k, E rank",
                "The probability of a place in the noised top k, and the expected rank (ties count half). Worked out in the background when a knob is turned; until they are there the old ones stand dimmed.",
            ),
            (
                "what is left",
                "Figures of drift against the raw order, clipping and noise together; beside them what clipping alone leaves. overlap@k: share of the true top k in the noised top k. τ-b (Kendall): 1 the same order, 0 chance. RBO: rank-biased overlap, p = 0.9, the top counts most. NDCG@k: gain of the noised top k with raw sums as gains. Spearman: correlation of ranks. weighted τ: pairs near the top weigh more (Vigna 2015). top-1 flip: probability that another item comes first; here 0 is best. — is a figure that does not exist or is not there yet.",
            ),
            (
                "drift over ε",
                "The figure chosen with m. The orange part is what clipping takes at these bounds, at any ε; the blue part below it is what noise takes. Dashed: expected, solid: simulated. ▲ marks the ε under the knob; the rule without a mark is where the two mechanisms cross. Trial points across ε share the same noise draws (common random numbers), so their errors are correlated.",
            ),
            (
                "expected figures",
                "No random numbers: probabilities and figures of the top list to 1e-9, the others to rounding. Two approximations: under whole-number noise τ-b, weighted τ and Spearman have the ties under their root in expectation (off by less than 0.02 for 3 groups, 0.001 for 10, 0.0001 from 30 on), and RBO is cut at depth 263 (less than 1e-12). Trials confirm them; ! marks four standard errors.",
            ),
            (
                "histogram and Gumbel",
                "A noisy histogram publishes every value and costs l0: its noise grows with the number of groups of one user. One-shot Gumbel top-k (Durfee & Rogers 2019) publishes the order of k items and nothing else, needs a public list of keys, and costs k, whatever number of groups a user is in: so nothing but linf clips it here, and its line may lie above the clipping of the histogram. overlap@k by l0 (where there is room) shows where one overtakes the other.",
            ),
            (
                "rank in trials",
                "Each dot is the rank of the item under the cursor in one trial. ▲ its true rank, △ its expected rank.",
            ),
            (
                "not private",
                "True order and true sums are computed from true data. To choose k, bounds or ε by them for private data discloses something: use public, synthetic or historical data.",
            ),
        ],
        Screen::Recommend => &[
            (
                "What this is",
                "Recommendations learnt under differential privacy, before anything is published. The purchases are cut at one moment: models learn from what came before it, and a list is worth what its shopper went on to buy after it. Turn ε, the bound l0, the model or the number of items and see what privacy costs the lists.",
            ),
            (
                "joint DP",
                "Joint differential privacy: what is learnt about items is (ε, δ)-private for every user, and a shopper's own history is used only to make that shopper's list, on the shopper's own device or by a service that may see it. A list shows its reader their own purchases and shows nobody else's. On this screen the guarantee of {planned by users} is given the number of users and the moment of the cut, that of the others given the moment of the cut: both come from the data without noise. Without a time column nothing is cut in time.",
            ),
            (
                "models",
                "{models} Where noise would drown what ALS or the autoencoder learns (numbers of users and items, ε and δ decide), it is popularity.",
            ),
            (
                "figures",
                "recall@k: hits over the smaller of k and the items to be found. NDCG@k: the same with the head of the list counting more. hit rate: users with at least one hit. stays: share of the plain list that is in the private one. RBO: the same with the head counting more, p = 0.9. coverage: share of the items that stand in some list. buyers: mean share of users who bought what is recommended. Items that a shopper has already are never recommended. plain: without noise and bounds.",
            ),
            (
                "quality over ε",
                "The figure chosen with m, every model with a band of two standard errors, which hold both users and draws of the noise. Dashed: the model in view without noise and bounds. For the share that stays, dashed is what the lists keep without any noise when users are drawn anew: below it lies the price of privacy. Points gain draws as fits come in; ▲ marks the ε under the knob.",
            ),
            (
                "the shopper",
                "Beside the history: the list of the model in view without noise, and a private one at ε, learnt with one draw of noise; n draws other noise. ✓ was bought later. ▲3, ▼2: places moved against the list without noise. ●new came in, out fell out. [ and ] go through the shoppers, x takes any other, / finds one.",
            ),
            (
                "share that stays",
                "A dot for every so many users: how much of their list stays under this draw of noise. ▲ the shopper in view. △ what stays without noise when users are drawn anew.",
            ),
            (
                "training",
                "The autoencoder's loss (mean cross-entropy over users, in nats) at every step, and the ε that the steps have spent so far. The loss is computed without noise and is no part of what could be published. t shows it again once the lists are there.",
            ),
            (
                "most bought items",
                "The vocabulary: the items that most users bought before the cut. True counts choose it, so it is assumed to be public. To publish a model (epsiloscope recommend --publish) a public catalogue is needed instead.",
            ),
            (
                "not private",
                "Histories, lists without noise and all figures here are computed from true data. To choose ε by them for private data discloses something: use public, synthetic or historical data.",
            ),
        ],
        Screen::Sweep => &[
            (
                "What this is",
                "A figure for every ε (left to right) and every bound (bottom to top). Bright is better. ◆ marks the best bound at each ε: a small ε wants tight bounds, because noise grows with them; a large ε wants loose ones, because clipping does not shrink.",
            ),
            (
                "curves",
                "The row under the cursor over ε: simulated with a band of two standard errors, the closed form dashed. For RMSE the parts stand apart: clipping (which no ε removes) and noise. All points share their random draws, so their errors are correlated.",
            ),
            (
                "cell",
                "The figures under the cursor. enter sets the knobs to them. m shows another figure, n another mechanism, x varies linf instead of l0.",
            ),
            (
                "figures",
                "MAE: expected absolute error. RMSE: root of the mean squared error. bias: mean of (noised − raw). p95: 95th percentile of |error| over groups and trials. median relative error: |error| / max(raw, 1). τ-b, overlap@k and top-1 flip: against the raw order.",
            ),
            (
                "not private",
                "Error against true data is computed from true data. To choose bounds and ε for private data, use public, synthetic or historical data, or know that the choice itself discloses something.",
            ),
        ],
    }
}

/// The words with what stands in the list of models: what each is, and which are planned by the
/// number of users.
fn with_models(words: &str) -> String {
    let planned: Vec<&str> =
        Kind::ALL.into_iter().filter(|kind| kind.plans_by_users()).map(Kind::title).collect();
    words
        .replace("{models}", &Kind::ALL.map(Kind::explained).join(" "))
        .replace("{planned by users}", &planned.join(" and "))
}

/// Draws the explanation over the body.
pub fn draw(model: &Model, body: Rect, scroll: u16, buffer: &mut Buffer) {
    let theme = model.theme;
    let width = body.width.min(96);
    let area = Rect { x: body.x + (body.width - width) / 2, width, ..body };
    clear(buffer, area);
    let title = format!("help: {}", model.screen.name());
    let inside = panel(buffer, area, &title, "esc closes, ↑↓ scroll", theme);
    let room = usize::from(inside.width).saturating_sub(4);
    let mut lines = Vec::new();
    for (heading, words) in explained(model.screen) {
        lines.push(((*heading).to_owned(), theme.strong()));
        let words = with_models(words);
        lines
            .extend(wrap(&words, room).into_iter().map(|line| (format!("  {line}"), theme.text())));
        lines.push((String::new(), theme.text()));
    }
    lines.push(("Keys".to_owned(), theme.strong()));
    for binding in keymap::working(Context::On(model.screen)) {
        lines.push((format!("  {:<10} {}", binding.written, binding.explained), theme.text()));
    }
    let height = usize::from(inside.height);
    let scroll = usize::from(scroll).min(lines.len().saturating_sub(height));
    for (row, (line, style)) in lines.iter().skip(scroll).take(height).enumerate() {
        text(buffer, inside, inside.x + 1, inside.y + row as u16, line, *style);
    }
    if scroll + height < lines.len() {
        text_right(buffer, area, area.right() - 2, area.bottom() - 1, " more ↓ ", theme.chosen());
    }
}
