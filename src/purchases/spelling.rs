//! Spellings of an id that are the same to the eye, or but for capitals and zeros.

use std::borrow::Cow;

/// The same text whatever cannot be seen of it: without signs of no width, with common blanks, and
/// letters and their accents as one sign.
pub(super) fn same_looking(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {}
            _ if sign.is_whitespace() => seen.push(' '),
            // An accent that stands alone belongs to the letter before it.
            '\u{300}'..='\u{36f}' => match seen.pop() {
                None => seen.push(sign),
                Some(letter) => match composed(letter, sign) {
                    Some(one) => seen.push(one),
                    None => seen.extend([letter, sign]),
                },
            },
            _ => seen.push(sign),
        }
    }
    match seen.trim() {
        bare if bare.len() == text.len() && bare == text => Cow::Borrowed(text),
        bare => Cow::Owned(bare.to_owned()),
    }
}

/// A Latin letter with its accent as one sign.
fn composed(letter: char, accent: char) -> Option<char> {
    let (letters, composed) = match accent {
        '\u{300}' => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        '\u{301}' => ("aeiouyAEIOUYcnszlrCNSZLR", "áéíóúýÁÉÍÓÚÝćńśźĺŕĆŃŚŹĹŔ"),
        '\u{302}' => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        '\u{303}' => ("anoANO", "ãñõÃÑÕ"),
        '\u{306}' => ("agAG", "ăğĂĞ"),
        '\u{307}' => ("zIeZE", "żİėŻĖ"),
        '\u{308}' => ("aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
        '\u{30a}' => ("auAU", "åůÅŮ"),
        '\u{30b}' => ("ouOU", "őűŐŰ"),
        '\u{30c}' => ("cdenrstzCDENRSTZ", "čďěňřšťžČĎĚŇŘŠŤŽ"),
        '\u{327}' => ("csCS", "çşÇŞ"),
        '\u{328}' => ("aeiuAEIU", "ąęįųĄĘĮŲ"),
        _ => return None,
    };
    let place = letters.chars().position(|other| other == letter)?;
    composed.chars().nth(place)
}

/// The same id however a program has spelt it: small letters, without zeros at the beginning and
/// what cannot be seen.
pub(super) fn folded(id: &str) -> String {
    let lower = same_looking(id).to_lowercase();
    let bare = lower.trim_start_matches('0');
    if bare.is_empty() && !lower.is_empty() { "0".to_owned() } else { bare.to_owned() }
}

/// A text in which also that can be seen which takes no room.
pub(super) fn visible(text: &str) -> String {
    if same_looking(text) == text {
        return text.to_owned();
    }
    let mut shown = String::new();
    for sign in text.chars() {
        match sign {
            '\u{300}'..='\u{36f}' => shown.push_str(&format!("{{U+{:04X}}}", u32::from(sign))),
            _ if same_looking(sign.encode_utf8(&mut [0; 4])).is_empty()
                || sign.is_whitespace() && sign != ' ' =>
            {
                shown.push_str(&format!("{{U+{:04X}}}", u32::from(sign)));
            }
            _ => shown.push(sign),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(same_looking("Rene\u{301}"), "René");
        assert_eq!(same_looking("\u{200b}A1\u{feff}"), "A1");
        assert_eq!(same_looking("a\u{a0}b"), "a b");
        assert_eq!(same_looking("Müller"), "Müller");
        assert_eq!(folded("RENE\u{301}"), folded("rené"));
        assert_ne!(folded("Muller"), folded("Müller"));
        assert_eq!([folded("00AbC"), folded("000"), folded("")], ["abc", "0", ""]);
        assert_eq!(visible("\u{200b}A e\u{301}"), "{U+200B}A e{U+0301}");
        assert_eq!(visible("René"), "René");
    }
}
