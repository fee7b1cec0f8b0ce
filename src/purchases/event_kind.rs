//! What kind of event a word names, on the way from an impression to a purchase.

use super::state_words::{is_purchase, is_undone};
use super::usual_names::fold;

/// Kinds of events, in the order of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Something was shown.
    Impression,
    /// A page or an item was looked at.
    View,
    /// Something was clicked.
    Click,
    /// Something was put into the cart.
    Cart,
    /// A conversion, whatever it is: a signup, a lead, a purchase.
    Conversion,
    /// A purchase.
    Purchase,
}

impl EventKind {
    /// Whether a word says that something was taken back: a refund, a cancelled order.
    pub fn is_undone(word: &str) -> bool {
        is_undone(word)
    }

    /// The kind that a word names; `None` where it names none of them.
    pub fn of(word: &str) -> Option<Self> {
        let word = fold(word);
        let is = |words: &[&str]| words.contains(&word.as_str());
        let has = |stems: &[&str]| stems.iter().any(|stem| word.contains(stem));
        if has(&["remove", "review", "bounce", "unsubscri"]) || is_undone(&word) {
            return None;
        }
        let shown = ["imp", "imps", "served", "shown", "display", "displayed", "delivered", "seen"];
        Some(
            if has(&["impression", "exposure", "exposed", "einblendung", "曝光", "展示"])
                || is(&shown)
            {
                EventKind::Impression
            } else if has(&["cart", "basket", "warenkorb", "panier", "carrito", "加购"]) {
                EventKind::Cart
            } else if has(&["conver", "signup", "lead", "install", "subscri", "转化"]) {
                EventKind::Conversion
            } else if is_purchase(&word) {
                EventKind::Purchase
            } else if has(&["click", "klick", "clic", "点击"]) || is(&["tap", "tapped"]) {
                EventKind::Click
            } else if has(&["view", "ansicht", "visit", "浏览"])
                || is(&["pv", "detail", "vue", "vista", "open", "opened"])
            {
                EventKind::View
            } else {
                return None;
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_their_kind() {
        for (word, kind) in [
            ("impression", Some(EventKind::Impression)),
            ("Ad Served", None),
            ("served", Some(EventKind::Impression)),
            ("product_view", Some(EventKind::View)),
            ("pv", Some(EventKind::View)),
            ("ad_click", Some(EventKind::Click)),
            ("add_to_cart", Some(EventKind::Cart)),
            ("remove_from_cart", None),
            ("view_cart", Some(EventKind::Cart)),
            ("Conversion", Some(EventKind::Conversion)),
            ("purchase", Some(EventKind::Purchase)),
            ("transaction", Some(EventKind::Purchase)),
            ("review", None),
            ("refund", None),
            ("login", None),
        ] {
            assert_eq!(EventKind::of(word), kind, "{word}");
        }
    }
}
