//! Text of others as a terminal may see it: nothing is left in it that a terminal would obey.

use std::borrow::Cow;

/// The text with every line break kept and everything else that a terminal would obey made
/// visible: control characters as their pictures (U+2400 and on), the others as U+FFFD.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    replaced(text, |c| c != '\n' && is_obeyed(c))
}

/// The text on one line with everything that a terminal would obey made visible: line breaks,
/// too, so that a name cannot pass for a line of ours.
pub fn shown(text: &str) -> Cow<'_, str> {
    replaced(text, is_obeyed)
}

fn replaced(text: &str, hides: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hides) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if hides(c) { picture(c) } else { c }).collect())
}

/// Whether a terminal acts on a character: C0, DEL and C1 (Unicode's Cc), line and paragraph
/// separators, marks that turn the direction of writing (Unicode's Bidi_Control), tags.
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
            | '\u{E0000}'..='\u{E007F}')
}

/// The visible sign of a character that is obeyed.
fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{FFFD}'),
        0x7F => '\u{2421}',
        _ => '\u{FFFD}',
    }
}

/// JSON with the same characters written as escapes: other bytes, the same document.
pub fn shown_json(json: &str) -> Cow<'_, str> {
    if !json.contains(|c| c != '\n' && is_obeyed(c)) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c != '\n' && is_obeyed(c) {
            // Only inside strings: outside them JSON of ours has blanks and line breaks alone.
            for unit in c.encode_utf16(&mut [0; 2]) {
                text += &format!("\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_becomes_visible() {
        assert_eq!(shown("a\u{1b}[31m\tb\n"), "a␛[31m␉b␊");
        assert_eq!(shown_lines("a\u{7}\nb\r\n"), "a␇\nb␍\n");
        assert_eq!(shown("\u{9b}31m\u{7f}\u{202e}abc\u{2066}"), "\u{FFFD}31m␡\u{FFFD}abc\u{FFFD}");
        assert!(matches!(shown("Tea, 5 £ ├ 日本"), Cow::Borrowed(_)));
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32).filter(|&c| is_obeyed(c)) {
            assert!(!is_obeyed(picture(c)), "{c:?}");
        }
    }

    #[test]
    fn json_says_the_same_in_escapes() {
        let value = serde_json::json!({ "a\u{9b}": ["\u{202e}x\u{1b}\u{e0001}", "£"] });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = shown_json(&text);
        assert!(!safe.contains(|c| c != '\n' && is_obeyed(c)), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
