//! Any keys, clicks, pastes, sizes and data through `update` and `view`; the variables stand in `tests/fuzz.rs`.

#[path = "../../../tests/fuzz/campaign.rs"]
mod campaign;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use self::campaign::{End, Lot, NASTY, assert_sentence, campaign, mutated};
use super::{REAL, fresh, perform, purchases};
use crate::export::is_obeyed;
use crate::purchases::{Input, Options, Purchases, ReadProgress, read};
use crate::tui::desk::message::{Effect, Message, PathAnswer};
use crate::tui::paint::theme::{Depth, Theme};
use crate::tui::shell::app::App;
use crate::tui::shell::update::{start, update};
use crate::tui::shell::view::view;

/// What people paste, or type with care.
const PASTED: &[&str] = &[
    "1e6",
    "1e-9",
    "999999999999",
    "18446744073709551615",
    "-1",
    "nan",
    "0.1 1e-5",
    "5 1",
    "u01",
    "P0",
    "\u{ff21}\u{ff22}\u{ff23}",
    "e\u{301}\u{302}\u{303}",
    "\u{202e}abc",
    "\x1b[2J\x07",
    "\u{9b}31m",
    "a\r\nb\tc",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "nowhere/no.csv",
    "~/",
    "'un closed",
    "\"a b\\\"c",
    "file://localhost/%00%ff",
    "file://nas/a.csv",
    "--force",
];

const ORDERS: &[u8] = b"user,item,description,quantity,price,date,category,country\n\
    ann,tea,Tea,1,2.50,2011-01-02,drinks,UK\nann,milk,Milk,2,0.05,2011-01-03 10:20,drinks,UK\n\
    bob,tea,Tea,7,2.50,2011-03-04 23:59,drinks,FR\nc,bread,\"Bread, brown\",3,1.2,2012-02-29,food,DE\n\
    d,bread,Bread,1,9,1970-01-01,food,DE\nd,salt,Salt,1,9,1970-01-02,food,\n";

fn size(lot: &mut Lot) -> (u16, u16) {
    match lot.below(4) {
        0 => (1 + lot.below(300) as u16, 1 + lot.below(100) as u16),
        1 => *lot.pick(&[
            (1, 1),
            (59, 16),
            (60, 15),
            (60, 16),
            (80, 24),
            (300, 100),
            (300, 1),
            (1, 100),
            (61, 29),
        ]),
        _ => (60 + lot.below(80) as u16, 16 + lot.below(40) as u16),
    }
}

fn key(lot: &mut Lot) -> KeyEvent {
    let special = [
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
        KeyCode::Null,
    ];
    let letters: Vec<char> = "12345 aberomnxsvt[]?hldpcf/+-,.<>()wgiujkyz0789".chars().collect();
    let code = match lot.below(8) {
        0..=2 => *lot.pick(&special),
        7 if lot.once_in(3) => {
            KeyCode::Char(char::from_u32(lot.bits() as u32 % 0x11_0000).unwrap_or('\u{fffd}'))
        }
        // The screen that fits models is visited less often: it takes longest.
        3 if lot.once_in(12) => KeyCode::Char('6'),
        _ => KeyCode::Char(*lot.pick(&letters)),
    };
    let modifiers = match lot.below(20) {
        0 => KeyModifiers::CONTROL,
        1 => KeyModifiers::ALT,
        2 => KeyModifiers::SHIFT,
        _ => KeyModifiers::NONE,
    };
    KeyEvent::new(code, modifiers)
}

fn mouse(lot: &mut Lot, model: &App) -> MouseEvent {
    let left = MouseEventKind::Down(MouseButton::Left);
    let kinds = [
        left,
        left,
        left,
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Moved,
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
    ];
    // Terminals report places that a resize has just taken away.
    let (columns, rows) = if lot.once_in(8) { (u16::MAX, u16::MAX) } else { model.desk.size };
    MouseEvent {
        kind: *lot.pick(&kinds),
        column: lot.below(usize::from(columns) + 1) as u16,
        row: lot.below(usize::from(rows) + 1) as u16,
        modifiers: KeyModifiers::NONE,
    }
}

/// What is typed or pasted in one go; `folder` has a file.
fn pasted(lot: &mut Lot, folder: &Path) -> String {
    let text = match lot.below(6) {
        0 | 1 => String::from_utf8_lossy(NASTY[lot.below(NASTY.len())]).into_owned(),
        2 => format!("'{}/orders.csv' ", folder.display()),
        3 if lot.once_in(2) => format!("file://{}", folder.display()),
        _ => (*lot.pick(PASTED)).to_owned(),
    };
    text.repeat(if lot.once_in(12) { 60 } else { 1 })
}

/// What happens next.
fn messages(lot: &mut Lot, model: &App, folder: &Path, now: &mut u64) -> Vec<Message> {
    *now += lot.below(400) as u64;
    match lot.below(16) {
        0 => {
            let (columns, rows) = size(lot);
            vec![Message::Resize(columns, rows)]
        }
        1 => (0..1 + lot.below(4)).map(|tick| Message::Tick(*now + 150 * tick as u64)).collect(),
        2 | 3 => vec![Message::Mouse(mouse(lot, model))],
        4 if lot.once_in(2) => vec![Message::Paste(pasted(lot, folder))],
        4 => {
            let typed = pasted(lot, folder).chars().map(KeyCode::Char).collect::<Vec<_>>();
            let tab = lot.once_in(3).then_some(KeyCode::Tab);
            typed
                .into_iter()
                .chain(tab)
                .map(|code| Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
                .collect()
        }
        5 if lot.once_in(8) => vec![Message::Path(PathAnswer::Is("late".to_owned(), None))],
        5 if lot.once_in(8) => vec![Message::WorkerFailed("it\nfailed \x1b[2J".to_owned())],
        5 if lot.once_in(4) => {
            // Of the newest request, or of one that nobody waits for.
            let id = model.desk.next_id.saturating_sub(1 + lot.below(2) as u64);
            let rows = lot.bits();
            let read = ReadProgress { rows, bytes: lot.bits() % 200, of_bytes: lot.bits() % 100 };
            vec![Message::Loading(id, read)]
        }
        5 if lot.once_in(8) => vec![Message::Exported(Ok("wrote \u{202e}it".to_owned()))],
        _ => vec![Message::Key(key(lot))],
    }
}

/// What holds of every screen.
fn sane(model: &App) {
    let (columns, rows) = model.desk.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a buffer");
    terminal.draw(|frame| view(model, frame)).expect("a frame");
    let cells = &terminal.backend().buffer().content;
    for cell in cells {
        let symbol = cell.symbol();
        assert!(
            !symbol.is_empty() && !symbol.contains(|c: char| c.is_control() || is_obeyed(c)),
            "{symbol:?}"
        );
    }
    let line = |row: &[ratatui::buffer::Cell]| {
        row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    if columns >= 80 && rows >= 24 {
        let width = usize::from(columns);
        let (first, last) = (line(&cells[..width]), line(&cells[cells.len() - width..]));
        let sign = [" ε ", " e "].iter().any(|sign| first.starts_with(sign));
        assert!(sign || first.contains("epsiloscope"), "{first}");
        assert!(
            !last.trim().is_empty()
                && (model.desk.overlay.is_some()
                    || last.contains("quit")
                    || model.desk.asked_once.is_some()),
            "{last}"
        );
    }
    let budget = model.desk.session.budget();
    let (spent, total, left) = (budget.spent(), budget.total(), budget.remaining());
    assert!(spent.epsilon <= total.epsilon && spent.delta <= total.delta, "{spent:?} of {total:?}");
    assert!(left.epsilon <= total.epsilon && left.delta <= total.delta, "{left:?} of {total:?}");
    if let Some(data) = &model.desk.data {
        // A question that no row can answer has no group.
        assert!(
            model.desk.item < data.raw.len().max(1) && model.desk.knobs.k >= 1,
            "{} of {}",
            model.desk.item,
            data.raw.len()
        );
    }
}

/// Any messages from here on; what they effect is done at once.
fn driven(lot: &mut Lot, model: &mut App, source: &Arc<Purchases>, folder: &Path) {
    let mut now = 0;
    let mut log = fs::File::create(folder.join("messages.txt")).expect("a file");
    for _ in 0..1 + lot.below(40) {
        let messages = messages(lot, model, folder, &mut now);
        // Of what was pasted the first and the last frame: people see no more.
        let last = messages.len() - 1;
        for (at, message) in messages.into_iter().enumerate() {
            writeln!(log, "{message:?}").expect("a file");
            let effects = update(model, message);
            if perform(model, effects, source) {
                return;
            }
            if at == 0 || at == last {
                sane(model);
            }
        }
    }
}

#[test]
fn any_input_on_any_file() {
    let usual = Arc::new(purchases());
    campaign("any_input_on_any_file", 8, |lot, folder| {
        let path = folder.join("orders.csv");
        fs::write(&path, mutated(lot, ORDERS, ORDERS)).expect("a file");
        let mut model = fresh(size(lot));
        model.desk.knobs.epsilon = lot.decades(-3.0, 3.0);
        model.desk.theme = Theme {
            light: lot.once_in(2),
            depth: if lot.once_in(3) { Depth::Mono } else { Theme::DARK.depth },
            ascii: lot.once_in(4),
        };
        let (source, end) = match read(&Input::File(path), &Options::default()) {
            Ok(purchases) if !lot.once_in(4) => (Arc::new(purchases), End::Taken),
            Ok(_) => (Arc::clone(&usual), End::Taken),
            Err(refusal) => {
                // The first file ends the program, or is asked about; behind it another is opened.
                let effects = start(&mut model);
                let [Effect::Load(request)] = &effects[..] else { panic!("{effects:?}") };
                let sentence = refusal.to_string();
                let refused = Message::Loaded(request.id, Err(refusal.into()));
                let again = update(&mut model, refused);
                assert!(matches!(again[..], [Effect::Quit]) && model.desk.fatal.is_some());
                assert_sentence(&sentence.replace('\n', " "));
                sane(&model);
                model = fresh(model.desk.size);
                (Arc::clone(&usual), End::Refused)
            }
        };
        // Files are read as they are asked for, or the purchases stand for every file.
        REAL.set(lot.once_in(2));
        if REAL.get() {
            model.desk.input = Input::File(folder.join("orders.csv"));
        }
        let effects = start(&mut model);
        if perform(&mut model, effects, &source) {
            assert!(model.desk.fatal.is_some());
            return end;
        }
        sane(&model);
        driven(lot, &mut model, &source, folder);
        end
    });
}
