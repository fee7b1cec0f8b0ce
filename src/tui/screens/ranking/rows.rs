//! The rows of the list: which items the filter leaves.

use super::state::Ranking;
use crate::tui::desk::prompt::Asked;
use crate::tui::desk::{Desk, Overlay};

/// The number of the prompt that filters.
pub const FILTER: usize = 0;

/// The filter in force: what is being typed counts already.
pub fn filter_text<'a>(ranking: &'a Ranking, desk: &'a Desk) -> &'a str {
    match &desk.overlay {
        Some(Overlay::Prompt(prompt)) if prompt.asked == Asked::OfScreen(FILTER) => {
            prompt.text.trim()
        }
        _ => &ranking.filter,
    }
}

/// Places in the true order (0 = first) that the filter leaves, ascending.
pub fn visible(ranking: &Ranking, desk: &Desk) -> Vec<usize> {
    let Some(data) = &desk.data else { return Vec::new() };
    let wanted = filter_text(ranking, desk).to_lowercase();
    if wanted.is_empty() {
        return (0..data.by_rank.len()).collect();
    }
    let names = data.pairs.descriptions();
    let holds = |&place: &usize| {
        let group = data.by_rank[place] as usize;
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        has(&data.pairs.keys()[group]) || names.is_some_and(|names| has(&names[group]))
    };
    (0..data.by_rank.len()).filter(holds).collect()
}
