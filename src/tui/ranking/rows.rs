//! The rows of the list: which items the filter leaves, and what they are called.

use crate::tui::model::{Model, Overlay};
use crate::tui::prompt::Asked;

/// The filter in force: what is being typed counts already.
pub fn filter_text(model: &Model) -> &str {
    match &model.overlay {
        Some(Overlay::Prompt(prompt)) if prompt.asked == Asked::Filter => prompt.text.trim(),
        _ => &model.ranking.filter,
    }
}

/// Places in the true order (0 = first) that the filter leaves, ascending.
pub fn visible(model: &Model) -> Vec<usize> {
    let Some(data) = &model.data else { return Vec::new() };
    let wanted = filter_text(model).to_lowercase();
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

/// A group's code and, where the file has one, its name.
pub fn name_of(model: &Model, group: usize) -> (&str, &str) {
    let Some(data) = &model.data else { return ("", "") };
    let name = data.pairs.descriptions().map_or("", |names| names[group].as_str());
    (&data.pairs.keys()[group], name)
}
