//! The release form over the screen: what is chosen, what it costs, what will come of it, the word.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::facts::{Fact, facts};
use super::field::{Field, What};
use super::form::{ANYWAY, ReleaseForm, Stage, WORD};
use crate::purchases::Measure;
use crate::rehearsal::Worked;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{clear, panel, wrap};
use crate::tui::paint::theme::Theme;
use crate::tui::paint::{fit, text};
use crate::words::{Asker, Say};

/// The most lines of choices of a path.
const LISTED: usize = 3;

/// A line in parts, each with its style.
type Parts = Vec<(String, Style)>;

/// What stands in the panel, top to bottom: the middle gives way and is scrolled.
struct Stack {
    top: Vec<Parts>,
    middle: Vec<Parts>,
    /// The first line of the middle that is to be seen, or the one that must be.
    shown: Shown,
    bottom: Vec<Parts>,
    /// Row from the end of what is chosen, and column, where the cursor stands.
    cursor: Option<Place>,
}

enum Shown {
    /// From this one on.
    From(usize),
    /// With this one.
    With(usize),
}

/// Where the cursor stands: in a line of the middle or of the bottom, and in which column.
enum Place {
    Middle(usize, usize),
    Bottom(usize, usize),
}

/// Draws the form; returns where the cursor stands, if one can type.
pub fn draw(
    desk: &Desk,
    form: &ReleaseForm,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let theme = desk.theme;
    let width = body.width.min(96);
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
    let stack = match &form.stage {
        Stage::Filling => filling(desk, form, room),
        Stage::Working(spending) => {
            let words = if *spending { "releasing…" } else { "working out the cost…" };
            Stack {
                top: vec![vec![(words.to_owned(), theme.strong())]],
                middle: Vec::new(),
                shown: Shown::From(0),
                bottom: Vec::new(),
                cursor: None,
            }
        }
        Stage::Ready(worked) => ready(desk, form, worked, room),
    };
    put(&stack, inside, theme, buffer)
}

/// Puts a stack into an area; returns where the cursor stands.
fn put(stack: &Stack, inside: Rect, theme: Theme, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let height = usize::from(inside.height);
    let bottom = stack.bottom.len().min(height);
    let least = stack.middle.len().min(3);
    let top = stack.top.len().min(height.saturating_sub(bottom + stack.middle.len().max(least)));
    // Half a sentence helps nobody.
    let top = if top < stack.top.len() { 0 } else { top };
    let between = height - bottom - top;
    let last = stack.middle.len().saturating_sub(between);
    let first = match stack.shown {
        Shown::From(line) => line.min(last),
        Shown::With(line) => (line + 1).saturating_sub(between.saturating_sub(1)).min(last),
    };
    let mut row = 0u16;
    let mut line = |parts: &Parts, buffer: &mut Buffer| {
        let mut x = inside.x + 2;
        for (part, style) in parts {
            let room = usize::from(inside.right().saturating_sub(x + 1));
            let part = fit(part, room);
            text(buffer, inside, x, inside.y + row, &part, *style);
            x += part.width() as u16;
        }
        row += 1;
        row - 1
    };
    stack.top.iter().take(top).for_each(|parts| {
        line(parts, buffer);
    });
    let mut cursor = None;
    for (at, parts) in stack.middle.iter().enumerate().skip(first).take(between) {
        let y = line(parts, buffer);
        if let Some(Place::Middle(chosen, column)) = stack.cursor
            && chosen == at
        {
            cursor = Some((column, y));
        }
    }
    // More above and below.
    for (more, y) in [(first > 0, top), (first < last, height - bottom - 1)] {
        if more && between > 0 {
            let mark = if y == top && first > 0 { "▲" } else { "▼" };
            text(buffer, inside, inside.right() - 2, inside.y + y as u16, mark, theme.dim());
        }
    }
    for (at, parts) in stack.bottom.iter().enumerate().take(bottom) {
        let y = line(parts, buffer);
        if let Some(Place::Bottom(chosen, column)) = stack.cursor
            && chosen == at
        {
            cursor = Some((column, y));
        }
    }
    cursor.map(|(column, y)| {
        let x = inside.x + 2 + column as u16;
        (x.min(inside.right().saturating_sub(1)), inside.y + y)
    })
}

fn wrapped(what: &str, room: usize, style: Style) -> impl Iterator<Item = Parts> {
    wrap(what, room).into_iter().map(move |line| vec![(line, style)])
}

/// What is published, in a few words.
fn intro(desk: &Desk, form: &ReleaseForm) -> String {
    let knobs = desk.knobs;
    let l0 = knobs.l0;
    match form.what {
        What::Values => format!(
            "Publishes {} for every group with noise drawn once by an exact sampler, l0 {l0}, linf {} as under the knobs.",
            knobs.question,
            if knobs.question.measure == Measure::Buyers { 1 } else { knobs.linf }
        ),
        What::Order => format!(
            "Publishes the order of the {} with the most buyers, drawn once by an exact sampler; a user counts once for each.",
            knobs.question.group_by.plural()
        ),
        What::Model if !knobs.model.is_published() => format!(
            "Publishes a model of items, {} or popularity, with noise drawn once by an exact sampler: {} under the knobs is for \
             rehearsals and cannot be published. l0 {l0} items of a user.",
            form.model.title(),
            knobs.model.title()
        ),
        What::Model => format!(
            "Publishes a model of items with noise drawn once by an exact sampler, l0 {l0} items of a user as under the knobs."
        ),
    }
}

fn filling(desk: &Desk, form: &ReleaseForm, room: usize) -> Stack {
    let theme = desk.theme;
    let mut top: Vec<Parts> = wrapped(
        &format!(
            "{} Nothing is spent before you have seen what it costs and typed the word {WORD}.",
            intro(desk, form)
        ),
        room,
        theme.dim(),
    )
    .collect();
    top.push(Vec::new());
    let from = 24usize.min(room / 2);
    let (mut middle, mut chosen_at, mut cursor) = (Vec::new(), 0, None);
    for field in form.fields(desk.knobs.mechanism) {
        let chosen = field == form.field;
        let value = shown(form, field);
        let width = room.saturating_sub(from);
        let typed = field.is_typed();
        // Of what is typed the end matters, of a choice its beginning.
        let visible = match (typed, chosen) {
            (true, _) => tail(&value, width),
            (false, true) => format!("◂ {} ▸", fit(&value, width.saturating_sub(4))),
            (false, false) => fit(&value, width),
        };
        if chosen {
            chosen_at = middle.len();
            if typed {
                cursor = Some(Place::Middle(middle.len(), from + visible.width()));
            }
        }
        let style = if chosen { theme.chosen() } else { theme.text() };
        // What stands there is replaced by the first letter.
        let of_value = match chosen && typed && form.fresh {
            true => style.add_modifier(Modifier::REVERSED),
            false => style,
        };
        let mark = if chosen { "▸ " } else { "  " };
        let name = format!("{mark}{:<width$}", field.name(), width = from - 2);
        middle.push(vec![(name, style), (visible, of_value)]);
    }
    let mut bottom: Vec<Parts> = vec![Vec::new()];
    match (&form.refusal, &form.completing) {
        (Some(refusal), _) => bottom.extend(wrapped(refusal, room, theme.alarm())),
        (None, Some(prompt)) if prompt.completion.total > 0 => {
            let more = prompt.completion.total - prompt.completion.choices.len();
            let mut choices = prompt.completion.choices.join("  ");
            if more > 0 {
                choices += &format!("  and {more} more");
            }
            bottom.extend(wrapped(&choices, room, theme.dim()).take(LISTED));
        }
        _ => {
            bottom.extend(wrapped(form.field.advice(), room, theme.dim()));
            // The line itself cuts them.
            if form.field == Field::Guesses {
                let guesses = format!("They are: {}.", form.guessed.join("; "));
                bottom.extend(wrapped(&guesses, room, theme.text()));
            }
        }
    }
    bottom.push(vec![("enter works out what it costs; esc leaves".to_owned(), theme.text())]);
    Stack { top, middle, shown: Shown::With(chosen_at), bottom, cursor }
}

fn ready(desk: &Desk, form: &ReleaseForm, worked: &Worked, room: usize) -> Stack {
    let theme = desk.theme;
    let doubts = desk.data.iter().flat_map(|data| data.purchases.grounds.doubts());
    let doubts = doubts.map(|doubt| Fact::Mark(format!("doubtful: {}", doubt.words)));
    let from = 14usize.min(room / 2);
    let mut middle: Vec<Parts> = Vec::new();
    // What is doubtful of the rows comes first: what it costs is seen anyway.
    for fact in doubts.chain(facts(worked)) {
        let (name, value, style, right) = match fact {
            Fact::Mark(mark) => {
                middle.extend(wrapped(&mark, room, theme.care()));
                continue;
            }
            Fact::Named(name, value) => (name.to_owned(), value, theme.text(), false),
            Fact::Looked(line) => (line.number, line.of, theme.text(), true),
        };
        for (row, part) in wrap(&value, room.saturating_sub(from)).into_iter().enumerate() {
            let name = if row == 0 { name.as_str() } else { "" };
            let name = match right {
                true => format!("{name:>width$}  ", width = from - 2),
                false => format!("{name:<from$}"),
            };
            middle.push(vec![(name, theme.dim()), (part, style)]);
        }
    }
    let mut bottom: Vec<Parts> = vec![Vec::new()];
    let awaited = form.awaited();
    if awaited == ANYWAY
        && let Some(why) = worked.below()
    {
        let why = why.say(Asker::Explorer);
        let words = format!(
            "This makes little sense: {why}. esc goes back to the form, once more to the knobs (p then finds the form \
             as it was left); or go on all the same."
        );
        bottom.extend(wrapped(&words, room, theme.alarm()));
    } else {
        bottom.extend(wrapped(
            "This cannot be undone: once the noise is drawn the budget is spent, whatever happens.",
            room,
            theme.care(),
        ));
    }
    if let Some(refusal) = &form.refusal {
        bottom.extend(wrapped(refusal, room, theme.alarm()));
    }
    let ask = format!("type {awaited} and press enter ▸ ");
    let column = ask.width() + form.word.width();
    let cursor = Some(Place::Bottom(bottom.len(), column));
    bottom.push(vec![(format!("{ask}{}", tail(&form.word, 20)), theme.chosen())]);
    Stack { top: Vec::new(), middle, shown: Shown::From(usize::from(form.scroll)), bottom, cursor }
}

/// The end of a text that fits.
fn tail(text: &str, room: usize) -> String {
    let mut start = 0;
    while text[start..].width() > room {
        start += text[start..].chars().next().map_or(1, char::len_utf8);
    }
    text[start..].to_owned()
}

/// What stands in a line.
fn shown(form: &ReleaseForm, field: Field) -> String {
    let or = |text: &str, empty: &str| match text.is_empty() && field != form.field {
        true => empty.to_owned(),
        false => text.to_owned(),
    };
    match field {
        Field::What => form.what.words().to_owned(),
        Field::K => form.k.clone(),
        Field::Model => form.model.title().to_owned(),
        Field::Keys => match form.keys {
            Some(keys) => keys.words().to_owned(),
            None => "not chosen yet".to_owned(),
        },
        Field::Catalogue => or(&form.catalogue, "none yet"),
        Field::Items => or(&form.items, "all"),
        Field::Epsilon => form.epsilon.clone(),
        Field::Delta => form.delta.clone(),
        Field::Interval => {
            if form.interval { "columns low and high (95 %)" } else { "none" }.to_owned()
        }
        Field::Rest => or(&form.rest, "none"),
        Field::Floor => if form.floor { "become 0 (biased)" } else { "stay (unbiased)" }.to_owned(),
        Field::Ledger => form.ledger.clone(),
        Field::Dataset => form.dataset.clone(),
        Field::TotalEpsilon => form.total_epsilon.clone(),
        Field::TotalDelta => form.total_delta.clone(),
        Field::Accountant => form.accountant.title().to_owned(),
        Field::Out => form.out.clone(),
        Field::Unprotected => or(&form.unprotected, "not stated"),
        Field::Guesses => {
            let words = if form.agreed { "agreed, and stated" } else { "not agreed" };
            format!("{words} ({})", form.guessed.join("; "))
        }
    }
}
