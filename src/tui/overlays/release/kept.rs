//! What was filled in, where the form is closed and opened again on the same file and question.

use super::field::What;
use super::form::{ReleaseForm, Stage};
use crate::purchases::{Input, Question};
use crate::tui::desk::Desk;

/// A form that was closed.
#[derive(Debug, Clone)]
pub struct Kept {
    input: Input,
    question: Question,
    offered: Vec<What>,
    /// As it was when it was closed.
    closed: Box<ReleaseForm>,
    /// As it was when it was opened: what still stands so was not touched.
    opened: Box<ReleaseForm>,
}

/// Lines that are typed.
const TYPED: [fn(&mut ReleaseForm) -> &mut String; 11] = [
    |form| &mut form.k,
    |form| &mut form.items,
    |form| &mut form.catalogue,
    |form| &mut form.epsilon,
    |form| &mut form.delta,
    |form| &mut form.rest,
    |form| &mut form.ledger,
    |form| &mut form.dataset,
    |form| &mut form.total_epsilon,
    |form| &mut form.total_delta,
    |form| &mut form.unprotected,
];

impl Kept {
    /// Keeps a form that is closed; `released` where it was carried out, so that its file is taken.
    pub fn new(desk: &Desk, form: &ReleaseForm, released: bool) -> Self {
        let mut closed = Box::new(form.clone());
        let opened = closed.began.take().unwrap_or_else(|| closed.clone());
        if released {
            closed.out.clone_from(&opened.out);
        }
        Self {
            input: desk.input.clone(),
            question: desk.knobs.question,
            offered: form.offered.clone(),
            closed,
            opened,
        }
    }

    /// Whether it is of what is open now.
    pub fn is_of(&self, desk: &Desk, offered: &[What]) -> bool {
        self.input == desk.input && self.question == desk.knobs.question && self.offered == offered
    }

    /// Whether it takes the place of another.
    pub fn replaces(&self, other: &Self) -> bool {
        (&self.input, self.question, &self.offered)
            == (&other.input, other.question, &other.offered)
    }

    /// Puts what was touched into a fresh form; the rest follows the knobs.
    pub fn fill(&self, form: &mut ReleaseForm, desk: &Desk) {
        let (mut closed, mut opened) = (self.closed.clone(), self.opened.clone());
        if closed.what != form.what {
            form.choose(closed.what, desk);
        }
        for line in TYPED {
            let now = line(&mut closed);
            if now != line(&mut opened) {
                line(form).clone_from(now);
            }
        }
        // Of another kind another file is usual.
        if closed.out != opened.out && closed.what == form.what {
            form.out.clone_from(&closed.out);
        }
        if closed.model != opened.model {
            form.model = closed.model;
        }
        if closed.accountant != opened.accountant {
            form.accountant = closed.accountant;
        }
        form.keys = closed.keys;
        form.interval = closed.interval;
        form.floor = closed.floor;
        form.making = closed.making && desk.ledger.is_none();
        form.naming = closed.naming;
        // Only what was agreed to is.
        form.agreed = closed.agreed && closed.guessed == form.guessed;
        if form.fields(desk.knobs.mechanism).contains(&closed.field) {
            form.go_to(closed.field);
        }
        debug_assert!(matches!(form.stage, Stage::Filling));
    }
}
