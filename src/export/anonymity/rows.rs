//! The figures of a study of people as lines of name and value.

use std::fmt::Write as _;

use super::document::{AnonymityDocument, BoundDocument, UnicityDocument};
use crate::export::flat::quoted;
use crate::metric::Figure;

/// A line for each figure: its name, what it is at, expected, simulated, standard error. Status, and
/// the warning where one must go with it, stand in every row, because rows are copied out of files.
pub fn anonymity_csv(document: &AnonymityDocument) -> String {
    let mut text = "source,status,warning,figure,at,expected,simulated,standard_error\n".to_owned();
    let of = format!(
        "{},{},{}",
        quoted(&document.source),
        document.status,
        quoted(document.warning.unwrap_or(""))
    );
    let written = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let mut line = |figure: &str, at: &str, value: Figure| {
        let [expected, simulated, error] =
            [value.expected, value.simulated, value.standard_error].map(written);
        let _ = writeln!(text, "{of},{figure},{},{expected},{simulated},{error}", quoted(at));
    };
    let exact = Figure::expected;
    let unicity = |at: &UnicityDocument| (at.p.to_string(), at.share, exact(at.users as f64));
    for at in &document.unicity {
        let (p, share, users) = unicity(at);
        line("unicity", &p, share);
        line("users", &p, users);
    }
    for cell in &document.coarseness {
        let at = &cell.points;
        line(&format!("unicity_at_{}", cell.p), at, cell.share);
        line("distinct_points", at, exact(cell.distinct_points as f64));
        line("detail_left", at, cell.detail_left.map_or(Figure::default(), exact));
    }
    if let Some(found) = &document.k_anonymity {
        let at = found.k.to_string();
        for (name, value) in [
            ("classes", found.classes as f64),
            ("average_class", found.average_class),
            ("certainty_penalty", found.certainty_penalty),
            ("discernibility", found.discernibility as f64),
            ("distinct_l", found.distinct_l as f64),
            ("entropy_l", found.entropy_l),
        ] {
            line(name, &at, exact(value));
        }
    }
    let bound = |bound: &BoundDocument| bound.odds_factor.map_or(Figure::default(), exact);
    let attacks = &document.attacks;
    for one in attacks.class_and_items.iter().flatten() {
        line("class_and_items", &one.at.p.to_string(), one.at.share);
        line("class_and_items_dp_odds", &one.at.p.to_string(), bound(&one.dp_bound));
    }
    if let Some(found) = &attacks.homogeneity {
        line("homogeneity", "", found.share);
        line("homogeneity_dp_odds", "", bound(&found.dp_bound));
    }
    if let Some(found) = &attacks.two_releases {
        line("second_release_homogeneity", "", found.second.share);
        line("two_releases", "", found.share);
        line("two_releases_dp_odds", "", bound(&found.dp_bound));
        line("alone_in_both", "", found.alone_in_both);
        line("alone_in_both_dp_odds", "", bound(&found.alone_dp_bound));
    }
    if let Some(found) = &attacks.linkage {
        line("linkage_top_1", "", found.top_1);
        line("linkage_right_of_claimed", "", found.right_of_claimed);
        line("linkage_dp_odds", "", bound(&found.dp_bound));
    }
    text
}
