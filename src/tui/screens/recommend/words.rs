//! What the Recommend screen says in plain words.

use super::state::Recommend;
use super::study::is_fresh;
use crate::chart::{grouped, short_number};
use crate::recommend::{Holdout, ModelKind};
use crate::rehearsal::lists::{HELD_OUT, ListsFound};
use crate::tui::desk::Desk;

/// The guarantee in one line that a newcomer understands.
const JOINT: &str =
    "joint DP: what is learnt from all is private; your history makes only your own list";

/// The guarantee of the lists in view, with what it is given.
pub fn guarantee(found: &ListsFound, kind: ModelKind) -> String {
    found.holdout.given(&[kind]).map_or(JOINT.to_owned(), |given| format!("{JOINT}; {given}"))
}

/// What is held out of the histories.
pub fn holdout(found: &ListsFound) -> String {
    match found.holdout {
        Holdout::Time { .. } => format!("last {} %", short_number(100.0 * HELD_OUT)),
        Holdout::Last => "last item".to_owned(),
        Holdout::Random => "1 item each".to_owned(),
    }
}

/// What goes on in the background, in a few words; `None` when nothing does.
pub fn progress(screen: &Recommend, desk: &Desk) -> Option<String> {
    if screen.stopped && !screen.working {
        return Some("stopped: s goes on".to_owned());
    }
    if !screen.working {
        return None;
    }
    let Some(found) = screen.found().filter(|_| is_fresh(screen, desk)) else {
        return Some("fitting…".to_owned());
    };
    if found.plain.is_none() || found.private.is_none() {
        let under_way = found.training.iter().find(|curve| curve.losses.len() < curve.of);
        if let Some(curve) = under_way {
            let what = if curve.private { "DP-SGD" } else { "training" };
            return Some(format!("{what} {}/{}", curve.losses.len(), curve.of));
        }
        return Some("fitting the lists…".to_owned());
    }
    Some(format!("fit {} of {}", grouped(found.fits.0 as u64), grouped(found.fits.1 as u64)))
}
