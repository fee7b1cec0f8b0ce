//! Rust text as the rules read it: code without comments and strings, its words, its paths, its
//! strings.

/// The source with comments, strings and character literals as spaces; lines stay.
pub fn code_of(source: &str) -> String {
    read(source).0
}

/// Every string as it is written, quotes and all, with the line on which it begins (from 1).
pub fn strings_of(source: &str) -> Vec<(String, usize)> {
    read(source).1
}

fn read(source: &str) -> (String, Vec<(String, usize)>) {
    let text: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut strings = Vec::new();
    let blank = |from: usize, to: usize, code: &mut String| {
        code.extend(text[from..to].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while at < text.len() {
        let next = |offset: usize| text.get(at + offset).copied().unwrap_or(' ');
        let after_word = at > 0 && word(text[at - 1]);
        let end = match text[at] {
            '/' if next(1) == '/' => {
                (at..text.len()).find(|&i| text[i] == '\n').unwrap_or(text.len())
            }
            '/' if next(1) == '*' => {
                let (mut depth, mut i) = (1, at + 2);
                while i < text.len() && depth > 0 {
                    match (text[i], text.get(i + 1)) {
                        ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
                        ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                }
                i
            }
            'r' | 'b' | 'c' if !after_word && raw_string(&text, at).is_some() => {
                raw_string(&text, at).unwrap_or(text.len())
            }
            '"' => string_end(&text, at),
            '\'' if next(1) == '\\' => {
                (at + 3..text.len()).find(|&i| text[i] == '\'').map_or(text.len(), |i| i + 1)
            }
            // A lifetime has no closing quote after its first letter.
            '\'' if next(2) == '\'' => at + 3,
            c => {
                code.push(c);
                at += 1;
                continue;
            }
        };
        let end = end.min(text.len());
        if !matches!(text[at], '/' | '\'') {
            let line = 1 + code.matches('\n').count();
            strings.push((text[at..end].iter().collect(), line));
        }
        blank(at, end, &mut code);
        at = end;
    }
    (code, strings)
}

fn string_end(text: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < text.len() && text[i] != '"' {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// The end of a raw string such as `r#"…"#` or `br"…"` that starts at `at`, if one does.
fn raw_string(text: &[char], at: usize) -> Option<usize> {
    let mut i = at;
    if matches!(text[i], 'b' | 'c') {
        i += 1;
    }
    if text.get(i) != Some(&'r') {
        return None;
    }
    i += 1;
    let hashes = text[i..].iter().take_while(|&&c| c == '#').count();
    i += hashes;
    if text.get(i) != Some(&'"') {
        return None;
    }
    (i + 1..text.len())
        .find(|&e| {
            text[e] == '"' && text[e + 1..].iter().take_while(|&&c| c == '#').count() >= hashes
        })
        .map(|e| e + 1 + hashes)
}

/// A word or a sign of the code, with its line (from 1).
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// As written.
    pub text: String,
    /// From 1.
    pub line: usize,
}

/// The words and signs of `code`, in their order.
pub fn tokens(code: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut line = 1;
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        if c.is_whitespace() {
            continue;
        }
        let mut text = String::from(c);
        if c.is_alphanumeric() || c == '_' {
            while let Some(more) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                text.push(more);
            }
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            text.push(':');
        }
        found.push(Token { text, line });
    }
    found
}

/// Whether `line` lies in an item marked `#[cfg(test)]`: between two tokens that stand in none.
pub fn in_tests(all: &[Token], shipped: &[Token], line: usize) -> bool {
    let near = |tokens: &[Token]| {
        let before = tokens.iter().rev().find(|token| token.line <= line).cloned();
        (before, tokens.iter().find(|token| token.line >= line).cloned())
    };
    near(all) != near(shipped)
}

/// Drops every item marked `#[cfg(test)]`: up to its closing brace or semicolon.
pub fn without_tests(all: &[Token]) -> Vec<Token> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let marked =
            all[at..].len() >= mark.len() && mark.iter().zip(&all[at..]).all(|(m, t)| *m == t.text);
        if !marked {
            kept.push(all[at].clone());
            at += 1;
            continue;
        }
        at += mark.len();
        let mut depth = 0usize;
        while at < all.len() {
            let text = all[at].text.as_str();
            at += 1;
            match text {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && (text == ";" || text == "}") {
                break;
            }
        }
    }
    kept
}

/// Every path, groups unfolded: `use crate::{a::x, b}` gives `crate::a::x` and `crate::b`.
pub fn paths(all: &[Token]) -> Vec<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let before = |steps: usize| at.checked_sub(steps).map_or("", |i| all[i].text.as_str());
        // `::a` at the start of a path names a crate; behind a name or `>` it goes on.
        let goes_on = before(1) == "::" && (before(2) == ">" || is_name(before(2)));
        if is_name(&all[at].text) && !goes_on {
            // `use polars;` has no `::` and is a path all the same.
            let used = before(1) == "use";
            let followed = all.get(at + 1).is_some_and(|t| t.text == "::");
            if followed || used {
                at = path(all, at, &[], &mut found);
                continue;
            }
        }
        at += 1;
    }
    found
}

/// Reads one path from `at` behind `before`; returns where the next token stands.
fn path(
    all: &[Token],
    mut at: usize,
    before: &[String],
    found: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let mut parts = before.to_vec();
    let line = all[at].line;
    while at < all.len() {
        let text = all[at].text.as_str();
        if is_word(text) || text == "*" {
            parts.push(text.to_owned());
            at += 1;
        } else if text == "{" {
            at += 1;
            while at < all.len() && all[at].text != "}" {
                let starts =
                    is_word(&all[at].text) && all[at - 1].text != "as" || all[at].text == "{";
                if starts {
                    at = path(all, at, &parts, found);
                } else {
                    at += 1;
                }
            }
            return at + 1;
        } else {
            break;
        }
        // `a::<T>` ends a path; its `T` is read as a path of its own.
        let goes_on = all.get(at).is_some_and(|t| t.text == "::")
            && all.get(at + 1).is_some_and(|t| is_word(&t.text) || t.text == "{" || t.text == "*");
        if !goes_on {
            break;
        }
        at += 1;
    }
    found.push((parts, line));
    at
}

/// A word that can stand in a path.
fn is_name(text: &str) -> bool {
    const NEVER: &[&str] =
        &["use", "as", "return", "in", "impl", "for", "dyn", "mut", "else", "match", "if", "where"];
    is_word(text) && !NEVER.contains(&text)
}

pub fn is_word(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}
