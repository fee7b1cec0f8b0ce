//! What the keys do on the Data screen.

use super::choices::choices;
use super::declared::{declare, declared};
use super::lines::{DataLine, is_doubtful, to_be_seen};
use super::state::{Change, Data, First, Tried};
use crate::purchases::{Decision, Input, Options, Purpose, Reason, Status};
use crate::rehearsal::{Dataset, KeptBeside, LookRequest, reading_file};
use crate::tui::desk::Desk;
use crate::tui::desk::choice::neighbour;
use crate::tui::desk::keys::{Action, Binding, bind, key};
use crate::tui::desk::message::{Effect, Next};
use crate::tui::desk::prompt::{Asked, Prompt, keep_prompt};
use crate::tui::refusal::Refusal;

/// Its keys, in the order of the footer.
pub const KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the line above", Action::Up),
    bind!([key!(Down)], "↑↓", "line", "the line below", Action::Down),
    bind!([key!(Left)], "←", "", "try the choice before", Action::Left),
    bind!([key!(Right)], "←→", "try", "try the next choice: its effect is shown", Action::Right),
    bind!(
        [key!(Enter)],
        "enter",
        "choose",
        "list the choices with what speaks for each, or type another; switch a cleaning step",
        Action::Enter
    ),
    bind!([key!('d')], "d", "doubt", "the next decision that two readings fit", Action::NextDoubt),
    bind!(
        [key!('s')],
        "s",
        "seen",
        "mark what is doubtful of the line, and has no other reading, as seen",
        Action::Seen
    ),
    bind!(
        [key!('v')],
        "v",
        "rows",
        "the first rows, raw beside as read, in place of the charts",
        Action::FirstRows
    ),
    bind!(
        [key!('x'), key!(Backspace)],
        "x",
        "take back",
        "take back what was declared: the guess or the default returns",
        Action::TakeBack
    ),
    bind!(
        [key!('u')],
        "u",
        "kept reading",
        "read by the reading that was kept beside the file",
        Action::UseKept
    ),
    bind!(
        [key!('w')],
        "w",
        "keep",
        "keep the reading in a file, to read others by it",
        Action::KeepReading
    ),
    bind!(
        [key!(Esc)],
        "esc",
        "",
        "back to the charts, or to the file that is open",
        Action::Escape
    ),
];

/// Its keys while a change is tried.
pub const CHANGE_KEYS: &[Binding] = &[
    bind!([key!(Enter)], "enter", "take it", "take the change that is tried", Action::Enter),
    bind!([key!(Esc)], "esc", "leave it", "leave everything as it was", Action::Escape),
    bind!([key!(Left)], "←", "", "try the choice before", Action::Left),
    bind!([key!(Right)], "←→", "try", "try the next choice", Action::Right),
    bind!([key!(Up)], "↑", "", "leave it, and go to the line above", Action::Up),
    bind!([key!(Down)], "↑↓", "line", "leave it, and go to the line below", Action::Down),
    bind!([key!('v')], "v", "rows", "the first rows as they are read now", Action::FirstRows),
];

/// Its keys while choices are listed.
pub const LIST_KEYS: &[Binding] = &[
    bind!([key!(Up)], "↑", "", "the choice above", Action::Up),
    bind!([key!(Down)], "↑↓", "choice", "the choice below", Action::Down),
    bind!([key!(Enter)], "enter", "pick", "pick the choice", Action::Enter),
    bind!([key!(Esc)], "esc", "close", "close the list", Action::Escape),
    bind!([key!(Left)], "←", "", "the choices of the decision before", Action::Left),
    bind!([key!(Right)], "←→", "decision", "the choices of the next decision", Action::Right),
    bind!(
        [key!('x'), key!(Backspace)],
        "x",
        "take back",
        "take back what was declared",
        Action::TakeBack
    ),
    bind!(
        [key!('u')],
        "u",
        "kept reading",
        "read by the reading that was kept beside the file",
        Action::UseKept
    ),
];

/// The table of keys that work now.
pub fn table(data: &Data) -> &'static [Binding] {
    match (&data.list, &data.change) {
        (Some(_), _) => LIST_KEYS,
        (None, Some(_)) => CHANGE_KEYS,
        (None, None) => KEYS,
    }
}

/// Whether a key does something now.
pub fn offers(data: &Data, desk: &Desk, action: Action) -> bool {
    let is_open = desk.choosing.is_none() && desk.data.is_some();
    match action {
        Action::NextDoubt => {
            is_open && DataLine::all(desk).iter().any(|&line| is_doubtful(desk, line))
        }
        Action::Seen => DataLine::all(desk)
            .get(data.line)
            .is_some_and(|&line| !to_be_seen(desk, line).is_empty()),
        Action::TakeBack => match DataLine::all(desk).get(data.line) {
            Some(DataLine::Decision(decision)) => {
                options(desk).is_some_and(|options| options.declares(*decision))
            }
            _ => false,
        },
        Action::UseKept => beside(desk).is_some(),
        Action::FirstRows | Action::KeepReading => is_open,
        Action::Up | Action::Down | Action::Left | Action::Right | Action::Enter => {
            is_open || desk.choosing.is_some()
        }
        _ => true,
    }
}

/// What is declared of the file on the screen.
fn options(desk: &Desk) -> Option<&Options> {
    match (&desk.choosing, &desk.data) {
        (Some(choosing), _) => Some(&choosing.options),
        (None, Some(open)) => Some(&open.options),
        (None, None) => None,
    }
}

/// The reading that was kept beside the file on the screen, unless it is read by it.
pub fn beside(desk: &Desk) -> Option<&KeptBeside> {
    match (&desk.choosing, &desk.data) {
        (Some(choosing), _) => {
            choosing.beside.as_ref().filter(|_| choosing.options.expected_columns.is_none())
        }
        (None, Some(open)) => open.beside.as_ref().filter(|_| !open.is_read_as_kept()),
        (None, None) => None,
    }
}

/// Does what a key asks for.
pub fn act(data: &mut Data, desk: &mut Desk, action: Action) -> Vec<Next> {
    let lines = DataLine::all(desk);
    let Some(&line) = lines.get(data.line.min(lines.len().saturating_sub(1))) else {
        return Vec::new();
    };
    data.line = data.line.min(lines.len() - 1);
    match (data.list, line) {
        (Some(at), DataLine::Decision(decision)) => {
            return in_list(data, desk, (at, decision), lines.len(), action);
        }
        _ => data.list = None,
    }
    match action {
        Action::PageUp | Action::PageDown if data.shows_rows && desk.choosing.is_none() => {
            data.from = match action {
                Action::PageUp => data.from.saturating_sub(10),
                _ => data.from + 10,
            };
        }
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::First
        | Action::Last => {
            let last = lines.len() - 1;
            data.line = match action {
                Action::Up => data.line.saturating_sub(1),
                Action::Down => (data.line + 1).min(last),
                Action::PageUp => data.line.saturating_sub(screenful(desk)),
                Action::PageDown => (data.line + screenful(desk)).min(last),
                Action::First => 0,
                _ => last,
            };
            return leave(data, desk);
        }
        Action::Left | Action::Right => return step(data, desk, line, action == Action::Right),
        Action::Enter => return enter(data, desk, line),
        Action::Escape => {
            if data.change.is_some() {
                return leave(data, desk);
            }
            if desk.choosing.is_some() && desk.data.is_some() {
                desk.choosing = None;
                data.chooses = false;
                data.line = 0;
            } else {
                data.shows_rows = false;
            }
        }
        Action::TakeBack => return take_back(data, desk, line),
        Action::Seen => desk.seen.extend(to_be_seen(desk, line)),
        Action::NextDoubt => {
            let after = (1..=lines.len()).map(|step| (data.line + step) % lines.len());
            let next = after.into_iter().find(|&place| is_doubtful(desk, lines[place]));
            let mut next_do = Vec::new();
            if let Some(place) = next {
                data.line = place;
                next_do = leave(data, desk);
            }
            return next_do;
        }
        Action::FirstRows if desk.choosing.is_none() => {
            data.shows_rows = !data.shows_rows;
            data.from = 0;
            return look(data, desk);
        }
        Action::UseKept => return use_kept(data, desk),
        Action::KeepReading if desk.choosing.is_none() => {
            let name = match &desk.input {
                Input::File(path) => reading_file(path).display().to_string(),
                Input::Files(_) | Input::Stdin => "orders.reading.toml".to_owned(),
                Input::Sample => "sample.reading.toml".to_owned(),
            };
            return desk.ask(keep_prompt(name));
        }
        _ => {}
    }
    Vec::new()
}

/// The lines that a list shows at once, about, but for one that stays in view.
fn screenful(desk: &Desk) -> usize {
    usize::from(desk.size.1.saturating_sub(12)).max(1)
}

/// What a key does while choices are listed.
fn in_list(
    data: &mut Data,
    desk: &mut Desk,
    (at, decision): (usize, Decision),
    lines: usize,
    action: Action,
) -> Vec<Next> {
    let listed = choices(data, desk, decision);
    // The last entry is what is typed.
    let last = listed.len();
    match action {
        Action::Up => data.list = Some(at.saturating_sub(1)),
        Action::Down => data.list = Some((at + 1).min(last)),
        Action::PageUp => data.list = Some(at.saturating_sub(screenful(desk))),
        Action::PageDown => data.list = Some((at + screenful(desk)).min(last)),
        Action::First => data.list = Some(0),
        Action::Last => data.list = Some(last),
        Action::Left | Action::Right => {
            let next = match action {
                Action::Left => data.line.checked_sub(1),
                _ => Some(data.line + 1).filter(|&next| next < lines),
            };
            if let Some(next) = next
                && let Some(DataLine::Decision(decision)) = DataLine::all(desk).get(next).copied()
                && decision != Decision::Container
            {
                data.line = next;
                data.list = Some(0);
            }
        }
        Action::Enter => match listed.get(at) {
            Some(choice) => {
                let value = choice.value.clone();
                return match set(data, desk, decision, &value) {
                    Ok(next) => next,
                    Err(refusal) => {
                        desk.refuse(refusal);
                        Vec::new()
                    }
                };
            }
            None => return ask(desk, decision),
        },
        Action::TakeBack => return take_back(data, desk, DataLine::Decision(decision)),
        Action::UseKept => return use_kept(data, desk),
        Action::Escape => data.list = None,
        _ => {}
    }
    Vec::new()
}

/// Asks for a value to be typed.
fn ask(desk: &mut Desk, decision: Decision) -> Vec<Next> {
    let now = match (&desk.choosing, &desk.data) {
        (Some(choosing), _) => declared(&choosing.options, decision),
        (None, Some(open)) => open.purchases.reading.line(decision).map(|line| line.value),
        (None, None) => None,
    };
    let (label, hint) = match decision {
        Decision::Column(purpose) if purpose.required() => {
            (format!("{} column", purpose.name()), "a column of the file")
        }
        Decision::Column(purpose) => {
            (format!("{} column", purpose.name()), "a column of the file; empty for none")
        }
        Decision::Where | Decision::Cancelled => (
            decision.words().to_owned(),
            "COLUMN=a,b (is one of), COLUMN!=a (is not), COLUMN^=C (begins), none",
        ),
        Decision::Join => {
            (decision.words().to_owned(), "a file that has a column of the same name")
        }
        _ => (decision.words().to_owned(), ""),
    };
    let place = Decision::all().position(|other| other == decision).unwrap_or_default();
    let asked = match decision {
        Decision::Join => Asked::FileOfScreen(place),
        _ => Asked::OfScreen(place),
    };
    desk.ask(Prompt::new(asked, label, hint, now.unwrap_or_default()))
}

/// Takes what was typed for the decision with this place.
///
/// # Errors
/// If it says nothing of the kind.
pub fn typed(
    data: &mut Data,
    desk: &mut Desk,
    place: usize,
    text: &str,
) -> Result<Vec<Next>, Refusal> {
    match Decision::all().nth(place) {
        Some(decision) => set(data, desk, decision, text),
        None => Ok(Vec::new()),
    }
}

/// Sets a decision: tried on a file that is open, taken where one waits for it.
fn set(
    data: &mut Data,
    desk: &mut Desk,
    decision: Decision,
    value: &str,
) -> Result<Vec<Next>, Refusal> {
    if let Decision::Column(purpose) = decision
        && purpose.required()
        && value.is_empty()
    {
        return Err(Refusal::ColumnNeeded { purpose: purpose.name() });
    }
    if let Some(choosing) = &mut desk.choosing {
        declare(&mut choosing.options, decision, value)?;
        return Ok(desk.load_chosen());
    }
    let Some(open) = &desk.data else { return Ok(Vec::new()) };
    let mut options = open.options.clone();
    declare(&mut options, decision, value)?;
    let shown = if value.is_empty() { "none" } else { value };
    data.list = None;
    Ok(try_out(data, desk, &named(decision), shown, options))
}

/// What a decision is called on its line.
pub fn named(decision: Decision) -> String {
    decision.name().replace('_', " ")
}

/// Reads the open file in another way, to see what comes of it.
fn try_out(
    data: &mut Data,
    desk: &mut Desk,
    what: &str,
    value: &str,
    options: Options,
) -> Vec<Next> {
    if desk.loading.is_some() {
        desk.refuse("a file is read: wait until it is there, or stop it with esc");
        return Vec::new();
    }
    let (id, effect) = desk.try_out(options);
    let what = format!("{what} {value}");
    let (value, outcome) = (value.to_owned(), Tried::Awaited(0));
    data.change = Some(Change { id, what, value, outcome, taken: false });
    vec![effect.into()]
}

/// Leaves what is tried.
pub fn leave(data: &mut Data, desk: &Desk) -> Vec<Next> {
    match data.change.take() {
        Some(Change { outcome: Tried::Awaited(_), .. }) if desk.loading.is_none() => {
            vec![Effect::StopLoad.into()]
        }
        _ => Vec::new(),
    }
}

/// Takes what is tried, or opens the choices of a line.
fn enter(data: &mut Data, desk: &mut Desk, line: DataLine) -> Vec<Next> {
    if let Some(mut change) = data.change.take() {
        return match change.outcome {
            Tried::Made(made) => vec![Next::Take(made)],
            Tried::Awaited(_) => {
                change.taken = true;
                data.change = Some(change);
                Vec::new()
            }
            Tried::Refused(why) => {
                desk.refuse(why);
                Vec::new()
            }
        };
    }
    match line {
        DataLine::Decision(Decision::Container) => {
            desk.refuse("what a file is follows from its content: save it as another kind");
            Vec::new()
        }
        DataLine::Decision(decision) => {
            data.list = Some(0);
            match choices(data, desk, decision).is_empty() {
                true => ask(desk, decision),
                false => Vec::new(),
            }
        }
        _ => step(data, desk, line, true),
    }
}

/// Tries the next choice of a line, or the one before.
fn step(data: &mut Data, desk: &mut Desk, line: DataLine, forward: bool) -> Vec<Next> {
    let Some(open) = desk.data.as_ref().filter(|_| desk.choosing.is_none()) else {
        // Nothing is known yet that could be stepped from.
        return enter(data, desk, line);
    };
    match line {
        DataLine::Status => {
            let status = open.purchases.status;
            desk.options.status = Some(neighbour(&Status::ALL, status, forward));
            vec![desk.load(false).into()]
        }
        // What counts is a decision of its own.
        DataLine::Cleaning(Reason::NotCounted) => {
            let value = match open.purchases.reading.counts.value.is_empty() {
                true => return take_back(data, desk, DataLine::Decision(Decision::Where)),
                false => "none",
            };
            set(data, desk, Decision::Where, value).unwrap_or_default()
        }
        DataLine::Cleaning(reason) => {
            let mut options = open.options.clone();
            let drops = !options.cleaning.drops(reason);
            if data.change.is_some() {
                return leave(data, desk);
            }
            options.cleaning = options.cleaning.with(reason, drops);
            let value = if drops { "dropped" } else { "kept" };
            try_out(data, desk, reason.name(), value, options)
        }
        DataLine::Decision(decision) => {
            let listed = choices(data, desk, decision);
            let now = match &data.change {
                Some(change) => change.value.clone(),
                // The words of a doubt may be others than those of the reading.
                None => match taken_of(open, decision) {
                    Some(taken) => taken,
                    None => {
                        open.purchases.reading.line(decision).map(|l| l.value).unwrap_or_default()
                    }
                },
            };
            let values: Vec<&str> = listed.iter().map(|choice| choice.value.as_str()).collect();
            let now = if now == "none" && !values.contains(&"none") { "" } else { &now };
            if values.is_empty() || values == [now] {
                return enter(data, desk, line);
            }
            let next = neighbour(&values, now, forward).to_owned();
            set(data, desk, decision, &next).unwrap_or_else(|refusal| {
                desk.refuse(refusal);
                Vec::new()
            })
        }
    }
}

/// The reading that is taken of a decision that is doubtful.
fn taken_of(open: &Dataset, decision: Decision) -> Option<String> {
    open.purchases.grounds.doubt_of(decision)?.readings.first().cloned()
}

/// Takes back what was declared of a line.
fn take_back(data: &mut Data, desk: &mut Desk, line: DataLine) -> Vec<Next> {
    let DataLine::Decision(decision) = line else {
        if line == DataLine::Status && desk.options.status.is_some() && desk.choosing.is_none() {
            desk.options.status = None;
            return vec![desk.load(false).into()];
        }
        return Vec::new();
    };
    if let Some(choosing) = &mut desk.choosing {
        if choosing.options.declares(decision) {
            choosing.options.forget(decision);
            return desk.load_chosen();
        }
        return Vec::new();
    }
    let Some(open) = desk.data.as_ref().filter(|open| open.options.declares(decision)) else {
        return Vec::new();
    };
    let mut options = open.options.clone();
    options.forget(decision);
    data.list = None;
    try_out(data, desk, &named(decision), "as told from the file", options)
}

/// Reads by the reading that was kept beside the file.
fn use_kept(data: &mut Data, desk: &mut Desk) -> Vec<Next> {
    let (Some(beside), Some(options)) = (beside(desk).cloned(), options(desk)) else {
        return Vec::new();
    };
    let mut options = options.clone();
    let name = beside.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match beside.kept.declare(&mut options) {
        Err(error) => {
            desk.refuse(Refusal::from(error));
            Vec::new()
        }
        Ok(passed_over) => {
            if !passed_over.is_empty() {
                let names: Vec<String> =
                    passed_over.iter().map(|(decision, _)| named(*decision)).collect();
                desk.say(format!("{} stays as it was declared here", names.join(", ")));
            }
            if let Some(choosing) = &mut desk.choosing {
                choosing.options = options;
                return desk.load_chosen();
            }
            data.list = None;
            try_out(data, desk, "read by", &name, options)
        }
    }
}

/// Asks for the first rows of the open file, where they are not known.
pub fn look(data: &mut Data, desk: &mut Desk) -> Vec<Next> {
    let Some(open) = &desk.data else { return Vec::new() };
    if !matches!(data.first, First::Unknown) {
        return Vec::new();
    }
    let (input, options) = (open.input.clone(), open.options.clone());
    let id = desk.fresh_id();
    data.first = First::Awaited(id);
    vec![Effect::Look(Box::new(LookRequest { id, input, options })).into()]
}

/// Goes to the decision that is asked for, its choices listed.
pub fn asked(data: &mut Data, desk: &Desk) {
    let Some(choosing) = &desk.choosing else { return };
    let wanted = DataLine::Decision(choosing.decision);
    let lines = DataLine::all(desk);
    // A user that was named and is not there is asked for first, whatever else is.
    data.line = lines
        .iter()
        .position(|line| *line == wanted)
        .or_else(|| {
            lines.iter().position(|l| *l == DataLine::Decision(Decision::Column(Purpose::User)))
        })
        .unwrap_or_default();
    data.chooses = true;
    data.change = None;
    data.list = Some(0);
}
