//! The release form over the screen: what is chosen, what it costs, the word.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::form::{Field, ReleaseForm, Stage, WORD};
use crate::chart::short_number;
use crate::purchases::Measure;
use crate::release::Preview;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{clear, panel, wrap};
use crate::tui::paint::{fit, text};

/// Draws the form; returns where the cursor stands, if one can type.
pub fn draw(
    desk: &Desk,
    form: &ReleaseForm,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let theme = desk.theme;
    let width = body.width.min(92);
    let area = Rect { x: body.x + (body.width - width) / 2, width, ..body };
    clear(buffer, area);
    let inside = panel(
        buffer,
        area,
        "release",
        "a real one: it spends from a ledger and cannot be undone",
        theme,
    );
    let room = usize::from(inside.width).saturating_sub(4);
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut cursor = None;
    match &form.stage {
        Stage::Filling => {
            let knobs = desk.knobs;
            let words = format!(
                "This publishes {} for every group, with noise drawn once by an exact sampler: ε {}, l0 {}, linf {} \
                 as under the knobs. Noise is drawn in whole units. Nothing is spent before you have seen the cost and \
                 typed the word {WORD}.",
                knobs.question,
                knobs.epsilon,
                knobs.l0,
                if knobs.question.measure == Measure::Buyers { 1 } else { knobs.linf }
            );
            lines.extend(wrap(&words, room).into_iter().map(|line| (line, theme.dim())));
            lines.push((String::new(), theme.text()));
            for field in form.fields(knobs.mechanism) {
                let chosen = field == form.field;
                let (name, value, typed) = shown(form, field);
                let from = 26usize.min(room / 2);
                let width = room.saturating_sub(from);
                // Of what is typed the end matters, of a choice its beginning.
                let visible = match (typed, chosen) {
                    (true, _) => tail(&value, width),
                    (false, true) => format!("◂ {} ▸", fit(&value, width.saturating_sub(4))),
                    (false, false) => fit(&value, width),
                };
                let style = if chosen { theme.chosen() } else { theme.text() };
                if chosen && typed {
                    let x = inside.x + 2 + from as u16 + visible.width() as u16;
                    cursor = Some((x, inside.y + lines.len() as u16));
                }
                let mark = if chosen { "▸ " } else { "  " };
                lines.push((format!("{mark}{:<width$}{visible}", name, width = from - 2), style));
            }
            lines.push((String::new(), theme.text()));
            lines
                .extend(wrap(advice(form.field), room).into_iter().map(|line| (line, theme.dim())));
            lines.push(("enter works out the cost; esc leaves".to_owned(), theme.text()));
        }
        Stage::Working(spending) => {
            let words = if *spending { "releasing…" } else { "working out the cost…" };
            lines.push((words.to_owned(), theme.strong()));
        }
        Stage::Ready(preview) => {
            let found = facts(desk, preview);
            let widest = 22usize.min(room / 2);
            for (name, value) in found {
                for (row, part) in wrap(&value, room.saturating_sub(widest)).into_iter().enumerate()
                {
                    let name = if row == 0 { name } else { "" };
                    lines.push((format!("{name:<widest$}{part}"), theme.text()));
                }
            }
            lines.push((String::new(), theme.text()));
            lines.extend(
                wrap("This cannot be undone: once the noise is drawn the budget is spent, whatever happens.", room)
                    .into_iter()
                    .map(|line| (line, theme.care())),
            );
            let ask = format!("type {WORD} and press enter ▸ ");
            let y = inside.y + lines.len() as u16;
            cursor = Some((inside.x + 2 + ask.width() as u16 + form.word.width() as u16, y));
            lines.push((format!("{ask}{}", tail(&form.word, 20)), theme.chosen()));
        }
    }
    if let Some(refusal) = &form.refusal {
        lines.push((String::new(), theme.text()));
        lines.extend(wrap(refusal, room).into_iter().map(|line| (line, theme.alarm())));
    }
    // Where the screen is low, what was written last is what matters.
    let height = usize::from(inside.height);
    let first = if form.refusal.is_some() { lines.len().saturating_sub(height) } else { 0 };
    for (row, (line, style)) in lines.iter().skip(first).take(height).enumerate() {
        text(buffer, inside, inside.x + 2, inside.y + row as u16, &fit(line, room), *style);
    }
    cursor
        .map(|(x, y)| (x.min(inside.right().saturating_sub(1)), y.saturating_sub(first as u16)))
        .filter(|(_, y)| *y >= inside.y && *y < inside.bottom())
}

/// The end of a text that fits.
fn tail(text: &str, room: usize) -> String {
    let mut start = 0;
    while text[start..].width() > room {
        start += text[start..].chars().next().map_or(1, char::len_utf8);
    }
    text[start..].to_owned()
}

/// Name and value of a line, and whether one types it.
fn shown(form: &ReleaseForm, field: Field) -> (&'static str, String, bool) {
    match field {
        Field::Ledger => ("ledger", form.ledger.clone(), true),
        Field::Keys => ("which groups exist is", form.keys.words().to_owned(), false),
        Field::Catalogue => ("public list of groups", form.catalogue.clone(), true),
        Field::Delta => ("δ", form.delta.clone(), true),
        Field::Floor => (
            "values below 0",
            if form.floor { "become 0 (biased)" } else { "stay (unbiased)" }.to_owned(),
            false,
        ),
        Field::Out => ("publish as", form.out.clone(), true),
        Field::Unprotected => ("chosen by looking", form.unprotected.clone(), true),
        Field::Guesses => {
            let words = if form.agreed { "agreed, and stated" } else { "not agreed" };
            ("guessed from rows", format!("{words} ({})", form.guessed.join("; ")), false)
        }
    }
}

fn advice(field: Field) -> &'static str {
    match field {
        Field::Ledger => {
            "The file that keeps this dataset's budget; `epsiloscope ledger create` makes one."
        }
        Field::Keys => {
            "A group that only one user has would give that user away. A public list gives every key of it a row, \
             bought or not; private keys are dropped below a threshold."
        }
        Field::Catalogue => {
            "A table with a header line, one key a row, that does not come from this data."
        }
        Field::Delta => {
            "The probability with which the guarantee may fail: well below one over the number of users."
        }
        Field::Floor => {
            "Flooring looks tidier and raises small groups; sums of floored values are too large."
        }
        Field::Out => "Ends in .csv; how it was made is stated beside it in a .json.",
        Field::Unprotected => {
            "Name what was chosen by looking at this data unprotected (such as l0, linf), or type none. It is stated \
             with the release; left empty it is \"not stated\"."
        }
        Field::Guesses => {
            "The file was read by guesses over all its rows, so one user's rows could change what everybody's mean: no ε \
             covers that. Agree, and the statement names them as unprotected; or leave, and open the file with each of \
             them declared."
        }
    }
}

/// What is about to be spent.
fn facts(desk: &Desk, preview: &Preview) -> Vec<(&'static str, String)> {
    let prepared = &preview.prepared;
    let request = prepared.request();
    let reservation = prepared.reservation();
    let unit = desk.knobs.unit() as f64;
    let delta = |delta: f64| if delta == 0.0 { String::new() } else { format!(", δ {delta:e}") };
    let mut facts = vec![
        ("question", format!("{}, {}", reservation.question, reservation.bounds)),
        (
            "noise",
            format!("{}, scale {}", prepared.mechanism(), short_number(prepared.scale() / unit)),
        ),
    ];
    if let Some(threshold) = prepared.threshold() {
        facts.push((
            "threshold",
            format!("groups below {} are dropped", short_number(threshold as f64 / unit)),
        ));
    }
    if request.floor_at_zero {
        let bias = prepared.floor_bias() / unit;
        facts.push((
            "flooring",
            format!("raises a group without anyone by {} on average", short_number(bias)),
        ));
    }
    if request.keys == crate::release::Keys::Public {
        facts.push((
            "groups",
            "every key in the data is shown, also one that a single user has".to_owned(),
        ));
    }
    facts.extend([
        (
            "it spends",
            format!("ε {}{}", reservation.cost.epsilon, delta(reservation.cost.delta.to_f64())),
        ),
        (
            "the ledger",
            format!(
                "{}: ε {} left now, ε {} afterwards ({} accounting)",
                preview.ledger.path.display(),
                preview.ledger.balance.remaining().epsilon,
                preview.after.remaining().epsilon,
                preview.ledger.accountant.title()
            ),
        ),
        ("publishes", request.out.display().to_string()),
    ]);
    facts
}
