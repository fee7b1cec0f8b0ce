//! The whole state: the desk, the screens, and what lies over them.

use crate::purchases::{Input, Options};
use crate::rehearsal::Session;
use crate::tui::desk::Desk;
use crate::tui::desk::Overlay;
use crate::tui::desk::keys::Binding;
use crate::tui::frame::keys::{while_reading, while_zoomed, working};
use crate::tui::knobs::Knobs;
use crate::tui::overlays::release::form::ReleaseForm;
use crate::tui::overlays::release::kept::Kept;
use crate::tui::overlays::{help, prompt, release};
use crate::tui::paint::theme::Theme;
use crate::tui::screen::Screen;
use crate::tui::screens::Screens;

/// Everything a frame is drawn from.
#[derive(Debug)]
pub struct App {
    /// What all screens share.
    pub desk: Desk,
    /// Each screen's own.
    pub screens: Screens,
    /// The place of the screen in view.
    pub place: usize,
    /// The release that is filled in, while its overlay is open.
    pub form: Option<Box<ReleaseForm>>,
    /// Releases that were filled in before, one for each question.
    pub kept: Vec<Kept>,
}

impl App {
    /// A program that has asked for nothing yet.
    pub fn new(
        input: Input,
        options: Options,
        knobs: Knobs,
        session: Session,
        seed: u64,
        theme: Theme,
    ) -> Self {
        let screens = Screens::default();
        Self {
            desk: Desk::new(input, options, knobs, session, seed, theme),
            place: screens.place_of("Scope").unwrap_or(0),
            screens,
            form: None,
            kept: Vec::new(),
        }
    }

    /// The screen in view.
    pub fn screen(&self) -> &dyn Screen {
        self.screens.all()[self.place]
    }

    /// The bindings that work now, in the order of help and footer.
    pub fn bindings(&self) -> Vec<Binding> {
        match &self.desk.overlay {
            Some(Overlay::Help(_)) => help::KEYS.to_vec(),
            Some(Overlay::Prompt(open)) => prompt::keys(open.asked),
            Some(Overlay::Release) => release::keys::keys(self.form.as_deref()),
            None => {
                let table = working(self.screen(), &self.screens.names());
                match (self.desk.loading.is_some(), self.desk.zoom) {
                    (true, _) => while_reading(table),
                    (false, Some(_)) => while_zoomed(table),
                    (false, None) => table,
                }
            }
        }
    }

    /// What a screen is busy with.
    pub fn busy(&self) -> Option<&'static str> {
        self.screens.all().iter().find_map(|screen| screen.busy())
    }

    /// Whether something on a screen changes by the clock.
    pub fn is_animated(&self) -> bool {
        self.screens.all().iter().any(|screen| screen.is_animated(&self.desk))
    }
}
