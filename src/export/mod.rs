//! What leaves the program as a file or a table, always with the data's status.

mod advice;
mod aligned;
mod anonymity;
pub mod caution;
mod comparison;
mod documents;
mod flat;
mod forecast;
mod lines;
mod notes;
pub mod picture;
mod ranking;
mod rates;
mod recommend;
mod risk;
mod shown;
mod spending;

pub use advice::{
    AdviceDocument, AdviceSource, SharedPart, SharingDocument, advice_lines, advice_sentence,
    sharing_lines,
};
pub use aligned::{fit, fitted};
pub use anonymity::{
    AnonymityDocument, AnonymityLabels, AttackRow, anonymity_csv, anonymity_lines,
    anonymity_sentence, attack_rows, detail_left, posterior_words, rate, uncut_words,
};

/// The program and its version, as pictures say it.
pub const VERSION: &str = concat!("epsiloscope ", env!("CARGO_PKG_VERSION"));

pub use comparison::{CompareDocument, SideDocument, compare_lines};
pub use documents::{CellDocument, InspectDocument, QuestionDocument, SweepDocument};
pub use flat::{csv, inspect_csv};
pub use forecast::{ForecastLine, LOOKED_UP, forecast_lines, rows_lines};
pub use lines::{SweepColumn, inspect_lines, sweep_lines};
pub use notes::dropped_words;
pub use ranking::{
    DriftDocument, PlaceDocument, Ranked, RankingDocument, ranking_csv, ranking_lines,
};
pub use rates::{Hows, RatesDocument, rates_csv, rates_lines, rates_sentence, rates_sentences};
pub use recommend::{
    Epsilon, FromDocument, ItemDocument, ListsDocument, RecommendDocument, ResultDocument,
    ShopperDocument, UsersDocument, from_lines, recommend_csv, recommend_lines, shopper_lines,
};
pub use risk::{
    RULER, RiskDocument, RiskLabels, epsilon_words, meaning, percent, piece, risk_csv, risk_lines,
};
pub use shown::{is_obeyed, shown, shown_json, shown_lines};
pub use spending::{
    cost_words, counted, delta_words, ledger_words, left_words, plain, spending_lines,
};
