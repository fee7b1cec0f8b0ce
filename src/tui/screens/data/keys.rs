//! What the keys do on the Data screen.

use super::lines::DataLine;
use super::state::Data;
use crate::tui::desk::Desk;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::Next;
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::refusal::Refusal;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the line above", Action::Up),
    bind!([key!(Down)], "↑↓", "line", "the line below", Action::Down),
    bind!([key!(Left)], "←", "", "the choice before; the file is read again", Action::Left),
    bind!([key!(Right)], "←→", "change", "the next choice; the file is read again", Action::Right),
    bind!(
        [key!(Enter)],
        "enter",
        "type",
        "type a column's name, or switch a cleaning step",
        Action::Enter
    ),
];

/// Does what a key asks for.
pub fn act(data: &mut Data, desk: &mut Desk, action: Action) -> Vec<Next> {
    let lines = DataLine::all();
    let last = lines.len() - 1;
    match action {
        Action::Up => data.line = data.line.saturating_sub(1),
        Action::Down => data.line = (data.line + 1).min(last),
        Action::PageUp => data.line = 0,
        Action::PageDown => data.line = last,
        Action::Left | Action::Right => {
            return change_line(desk, lines[data.line], action == Action::Right);
        }
        Action::Enter => match lines[data.line] {
            DataLine::Column(purpose) => {
                let now = desk
                    .data
                    .as_ref()
                    .and_then(|open| open.purchases.columns[purpose].as_deref())
                    .unwrap_or("");
                let hint = if purpose.required() {
                    "a column of the file"
                } else {
                    "a column of the file; empty for none"
                };
                let prompt = Prompt::new(
                    Asked::OfScreen(data.line),
                    format!("{} column", purpose.name()),
                    hint,
                    now,
                );
                return desk.ask(prompt);
            }
            line => return change_line(desk, line, true),
        },
        _ => {}
    }
    Vec::new()
}

fn change_line(desk: &mut Desk, line: DataLine, forward: bool) -> Vec<Next> {
    let Some(data) = &desk.data else { return Vec::new() };
    let p = &data.purchases;
    if line.step(forward, &mut desk.options, &p.columns, p.status, &p.header) {
        vec![desk.load(false).into()]
    } else {
        Vec::new()
    }
}

/// Takes a column's name for the purpose on this line.
///
/// # Errors
/// If the purpose cannot go without one.
pub fn typed(desk: &mut Desk, line: usize, text: &str) -> Result<Vec<Next>, Refusal> {
    let Some(DataLine::Column(purpose)) = DataLine::all().get(line).copied() else {
        return Ok(Vec::new());
    };
    if text.is_empty() && purpose.required() {
        return Err(Refusal::ColumnNeeded { purpose: purpose.name() });
    }
    purpose.choose(&mut desk.options.columns, text.to_owned());
    Ok(vec![desk.load(false).into()])
}
