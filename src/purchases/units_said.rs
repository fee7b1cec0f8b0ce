//! What headers say of the numbers below them that no decision takes into account: hundredths of a
//! currency, thousands of pieces, prices of a hundred; discounts beside prices.

use super::columns::Mapping;
use super::grounds::Grounds;
use super::name_words::{plain, says_hundredths, words_of};
use super::options::Options;
use super::profile::Profile;
use super::purpose::Purpose;
use super::reading::Decision;
use super::told::{Doubt, grouped};

/// Of how many each number of a column is, where its name says so: `Price per 100`,
/// `Quantity (in 1000)`, `Qty (dozen)`.
fn says_scale(name: &str) -> Option<&'static str> {
    let numbers = name.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    let scales = [
        ("10", "10"),
        ("100", "100"),
        ("1000", "1,000"),
        ("1.000", "1,000"),
        ("1,000", "1,000"),
        ("10000", "10,000"),
        ("1000000", "1,000,000"),
    ];
    let of_digits = numbers
        .map(|number| number.trim_matches(['.', ',']))
        .find_map(|number| scales.iter().find(|(digits, _)| *digits == number));
    let of_words = || {
        words_of(name).iter().find_map(|word| match plain(word).as_str() {
            "k" | "tsd" | "thousand" | "thousands" | "tausend" | "milliers" | "mille" | "miles"
            | "mil" | "тыс" => Some("1,000"),
            "dozen" | "dozens" | "doz" | "dz" | "dutzend" | "douzaine" | "docena" | "docenas" => {
                Some("12")
            }
            "hundred" | "hundreds" | "hundert" | "centaine" => Some("100"),
            "million" | "millions" | "mio" | "mln" | "millionen" => Some("1,000,000"),
            _ => None,
        })
    };
    of_digits.map(|(_, words)| *words).or_else(of_words)
}

/// Whether a name is that of what is taken off a price.
fn says_discount(name: &str) -> bool {
    const STEMS: [&str; 12] = [
        "discount",
        "rabatt",
        "nachlass",
        "skonto",
        "remise",
        "rabais",
        "descuento",
        "desconto",
        "sconto",
        "korting",
        "rabat",
        "折扣",
    ];
    let name: String = plain(name).chars().filter(|c| c.is_alphanumeric()).collect();
    let is_other =
        ["code", "name", "type", "reason", "id", "ed"].iter().any(|end| name.ends_with(end));
    !is_other && STEMS.iter().any(|stem| name.contains(stem))
}

/// Rows of a column in which something is taken off: an amount or a share (`50%`) that is not 0.
fn taken_off(profile: &Profile) -> u64 {
    let Some(texts) = profile.texts() else { return profile.numbers.not_zero() };
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit() || " .,%-".contains(c));
    let is_off = |text: &str| is_number(text) && text.contains(|c: char| ('1'..='9').contains(&c));
    let of = |off: bool| texts.iter().filter(move |(text, _)| !off || is_off(text));
    let (off, all): (u64, u64) =
        (of(true).map(|(_, rows)| rows).sum(), of(false).map(|(_, rows)| rows).sum());
    // Codes and words are none.
    let numbers: u64 = texts.iter().filter(|(text, _)| is_number(text)).map(|(_, rows)| rows).sum();
    if numbers * 10 >= all * 8 { off.max(profile.numbers.not_zero()) } else { 0 }
}

/// Names what the headers say and the reading does not do.
pub(super) fn doubts(
    headers: &[String],
    mapping: &Mapping,
    profiles: &[Profile],
    options: &Options,
    grounds: &mut Grounds,
) {
    let declared =
        |purpose: Purpose| options.columns[purpose].as_ref().is_some_and(|name| !name.is_empty());
    let is_free = |place: usize| {
        profiles
            .get(place)
            .is_some_and(|profile| profile.number_share() >= 0.8 && profile.filled > 0)
            && Purpose::ALL.iter().all(|&purpose| mapping.place(purpose) != Some(place))
    };
    for purpose in [Purpose::Quantity, Purpose::Price, Purpose::Total] {
        let Some(place) = mapping.place(purpose).filter(|_| !declared(purpose)) else { continue };
        let header = &headers[place];
        if let Some(scale) = says_scale(header) {
            let words = format!(
                "{header} says that its numbers are of {scale} each, and they are read as they stand"
            );
            let readings = vec![header.clone(), String::new()];
            grounds.doubt(Decision::Column(purpose), Doubt { readings, words });
        }
    }
    let paid = mapping.place(Purpose::Price).or(mapping.place(Purpose::Total));
    let in_hundredths =
        (0..headers.len()).find(|&place| says_hundredths(&headers[place]) && is_free(place));
    if let (None, Some(place)) = (paid, in_hundredths)
        && options.columns[Purpose::Price].is_none()
        && options.columns[Purpose::Total].is_none()
    {
        let header = &headers[place];
        let words = format!(
            "{header} holds amounts in hundredths of a currency, so it is not taken for the price: named as it, it is added up in hundredths"
        );
        let readings = vec![String::new(), header.clone()];
        grounds.doubt(Decision::Column(Purpose::Price), Doubt { readings, words });
    }
    if let Some(price) = mapping.place(Purpose::Price) {
        let found = (0..headers.len())
            .filter(|&place| says_discount(&headers[place]) && !mapping.serves(place))
            .filter_map(|place| Some((place, taken_off(profiles.get(place)?))))
            .find(|&(_, rows)| rows > 0);
        if let Some((place, rows)) = found {
            let words = format!(
                "{} of {} rows have a {} that is not 0, and it is not taken off {}: if that is the price before it, amounts are too high",
                grouped(rows),
                grouped(profiles[place].rows),
                headers[place],
                headers[price]
            );
            grounds.doubt(Decision::Column(Purpose::Price), Doubt { readings: Vec::new(), words });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_hundredths_scales_and_discounts() {
        for name in
            ["unit_price_cents", "price_cents", "amount_minor", "Price in Cent", "priceCents"]
        {
            assert!(says_hundredths(name), "{name}");
        }
        for name in ["price", "Minor category", "center", "cents", "percent"] {
            assert!(!says_hundredths(name), "{name}");
        }
        for (name, scale) in [
            ("Price per 100", "100"),
            ("Preis pro 100", "100"),
            ("Quantity (in 1000)", "1,000"),
            ("Quantity (k)", "1,000"),
            ("Qty (dozen)", "12"),
        ] {
            assert_eq!(says_scale(name), Some(scale), "{name}");
        }
        for name in ["price", "Quantity", "price_2023", "Unit price (kg)", "qty1"] {
            assert_eq!(says_scale(name), None, "{name}");
        }
        assert!(
            says_discount("Discount")
                && says_discount("Rabatt %")
                && !says_discount("discount_code")
        );
    }
}
