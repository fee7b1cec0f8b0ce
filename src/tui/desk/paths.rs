//! Paths as people type, paste and drop them: quoted, escaped, as URLs; and what completes them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::typed::NotTyped;

/// Whether a backslash escapes, and does not part folders.
const ESCAPES: bool = cfg!(not(windows));
/// The most choices that are kept to be listed; all are counted.
pub const LISTED: usize = 1_000;
/// The longest text that is looked at as a path, in bytes.
pub const LONGEST: usize = 4_096;

/// The path that a text means: quoted as a shell would (`'…'`, `"…"`), escaped (`my\ file.csv`), a
/// `file://` URL, or as it stands. Blanks and quotes inside a name need no quotes; a leading `~`
/// stays.
///
/// # Errors
/// If it is the URL of a file of another machine.
pub fn path_of(text: &str) -> Result<PathBuf, NotTyped> {
    let text = trimmed(text);
    // Nobody quotes a URL but the terminal that drops it.
    let bare = if text.starts_with(['\'', '"']) { plain(text, false) } else { text.to_owned() };
    match of_url(&bare) {
        Some(path) => path,
        None => Ok(PathBuf::from(plain(text, false))),
    }
}

/// The text that means a path.
pub fn written(path: &str) -> String {
    escaped(path, true)
}

/// The text that means a path, or (not `whole`) the beginning of one: a blank at its end is then
/// inside a name.
fn escaped(path: &str, whole: bool) -> String {
    if !ESCAPES {
        return path.to_owned();
    }
    let is_url = path.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
    let mut text = if is_url { "./".to_owned() } else { String::new() };
    let last = path.char_indices().next_back().map_or(0, |(at, _)| at);
    let mut opens = true;
    for (at, c) in path.char_indices() {
        let is_escaped = match c {
            '\\' => true,
            '\'' | '"' => opens,
            ' ' => at == 0 || whole && at == last,
            _ => false,
        };
        if is_escaped {
            text.push('\\');
        }
        text.push(c);
        opens = is_escaped || c == '/';
    }
    text
}

/// Whether a text that is not to act as keys may be a path: one short line.
pub fn may_be_path(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control)
}

/// What is to be completed: the folder to look into, as typed (empty: where the program stands),
/// and the beginning of the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// With the separator at its end.
    pub folder: String,
    /// May be empty.
    pub name: String,
}

impl Stub {
    /// What a text that is still being typed begins.
    ///
    /// # Errors
    /// As [`path_of`].
    pub fn of(text: &str) -> Result<Self, NotTyped> {
        // While a name is typed a blank at its end is a part of it; behind what was dropped it is not.
        let typed = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let is_url = typed.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
        let is_dropped = typed.starts_with(['\'', '"']) || is_url;
        let text = if is_dropped { trimmed(text) } else { typed };
        let path = plain(text, true);
        let path = match of_url(if text.starts_with(['\'', '"']) { &path } else { text }) {
            Some(path) => path?.to_string_lossy().into_owned(),
            None => path,
        };
        let is_separator = |c: char| c == '/' || cfg!(windows) && c == '\\';
        let start = path.rfind(is_separator).map_or(0, |at| at + 1);
        let (folder, name) = path.split_at(start);
        let (folder, name) = (folder.to_owned(), name.to_owned());
        // Not the beginning of a name, but a folder.
        if name == ".." || path == "~" {
            return Ok(Self { folder: format!("{path}/"), name: String::new() });
        }
        Ok(Self { folder, name })
    }
}

/// Names of a folder that go on as a stub begins: counted, the first ones by name kept.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// How many go on like this.
    total: usize,
    common: String,
    first: BTreeMap<String, bool>,
}

impl Names {
    /// Takes a name of the folder where it goes on as `stub` begins; hidden ones only where the
    /// stub is hidden. Whether it is a folder is asked only of names that are kept, and names that
    /// nobody could type are passed over.
    pub fn add(&mut self, stub: &Stub, name: &str, is_folder: impl FnOnce() -> bool) {
        let is_hidden = name.starts_with('.') && !stub.name.starts_with('.');
        if is_hidden || !name.starts_with(&stub.name) || name.contains(char::is_control) {
            return;
        }
        if self.total == 0 {
            name.clone_into(&mut self.common);
        } else {
            let same = self.common.char_indices().zip(name.chars());
            let end = same.take_while(|((_, a), b)| a == b).map(|((at, a), _)| at + a.len_utf8());
            let end = end.last().unwrap_or(0);
            self.common.truncate(end);
        }
        self.total += 1;
        let is_last = self.first.last_key_value().is_some_and(|(last, _)| name > last.as_str());
        if self.first.len() == LISTED && is_last {
            return;
        }
        self.first.insert(name.to_owned(), is_folder());
        if self.first.len() > LISTED {
            self.first.pop_last();
        }
    }

    /// What follows for the text; `None` where no name goes on like this.
    pub fn completed(self, stub: &Stub) -> Option<Completed> {
        let mut path = format!("{}{}", stub.folder, self.common);
        match self.total {
            0 => return None,
            1 if self.first.values().any(|&is_folder| is_folder) => path.push('/'),
            _ => {}
        }
        let choices = self.first.into_iter();
        Some(Completed {
            text: escaped(&path, self.total == 1),
            choices: choices
                .map(|(name, is_folder)| if is_folder { name + "/" } else { name })
                .collect(),
            total: self.total,
        })
    }
}

/// A text that was completed as far as all choices agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The text.
    pub text: String,
    /// The choices by name, folders with a `/` at their end, [`LISTED`] at most.
    pub choices: Vec<String>,
    /// How many there are.
    pub total: usize,
}

/// What the system is asked about paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathQuestion {
    /// How this text goes on.
    Completes(String),
    /// Whether this text, which was pasted, means a file or folder that is there.
    IsThere(String),
}

/// Text without blanks around it; an escaped one at its end stays.
fn trimmed(text: &str) -> &str {
    let is_blank = |c: char| c.is_ascii_whitespace();
    let text = text.trim_start_matches(is_blank);
    let end = text.trim_end_matches(is_blank);
    let escapes = end.len() - end.trim_end_matches('\\').len();
    match ESCAPES && escapes % 2 == 1 && end.len() < text.len() {
        true => &text[..=end.len()],
        false => end,
    }
}

/// Text without its quotes and escapes. A quote that opens nothing (inside a name) or is never
/// closed is text; with `unfinished` the rest of a text that begins with it is quoted.
fn plain(text: &str, unfinished: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut opens = true;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if opens && matches!(c, '\'' | '"') {
            match quoted(after, c) {
                (inside, Some(behind)) => {
                    out.push_str(&inside);
                    rest = behind;
                    continue;
                }
                (inside, None) if unfinished && rest.len() == text.len() => return inside,
                _ => {}
            }
        }
        // Before a letter it is none: that may be a path of another system.
        let next = after.chars().next().filter(|&n| n == ' ' || n.is_ascii_punctuation());
        if let Some(next) = next.filter(|_| ESCAPES && c == '\\') {
            out.push(next);
            rest = &after[next.len_utf8()..];
            opens = true;
            continue;
        }
        out.push(c);
        opens = c == '/';
        rest = after;
    }
    out
}

/// What stands up to the quote that closes, and what is behind it, if it is closed.
fn quoted(text: &str, quote: char) -> (String, Option<&str>) {
    let mut inside = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return (inside, Some(&text[at + 1..]));
        }
        let escaped = (ESCAPES && quote == '"' && c == '\\')
            .then(|| chars.next_if(|(_, next)| matches!(next, '"' | '\\' | '$' | '`')))
            .flatten();
        inside.push(escaped.map_or(c, |(_, next)| next));
    }
    (inside, None)
}

/// The path of a `file:` URL; `None` where it is none.
fn of_url(text: &str) -> Option<Result<PathBuf, NotTyped>> {
    let scheme = text.get(..5)?;
    let rest = &text[5..];
    if !scheme.eq_ignore_ascii_case("file:") || !rest.starts_with('/') {
        return None;
    }
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(behind) => {
            let (host, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return Some(Err(NotTyped::OtherMachine { host: host.to_owned() }));
            }
            if path.is_empty() { "/" } else { path }
        }
    };
    let bytes = unpercented(path);
    Some(Ok(path_of_bytes(bytes)))
}

/// Bytes of a URL with `%20` and its like put right; a `%` before anything else is itself.
fn unpercented(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|&b| char::from(b).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // `/C:/orders.csv`
    match text.as_bytes() {
        [b'/', letter, b':', ..] if letter.is_ascii_alphabetic() => PathBuf::from(&text[1..]),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> String {
        path_of(text).unwrap().to_string_lossy().into_owned()
    }

    #[cfg(unix)]
    #[test]
    fn what_terminals_paste_for_a_dropped_file_is_that_file() {
        for (text, meant) in [
            ("/data/my file.csv", "/data/my file.csv"),
            (r"/data/my\ file.csv ", "/data/my file.csv"),
            ("'/data/my file.csv' ", "/data/my file.csv"),
            ("\"/data/my file.csv\"", "/data/my file.csv"),
            (r"'/data/Anna'\''s file.csv'", "/data/Anna's file.csv"),
            (r#"'/data/Anna'"'"'s file.csv'"#, "/data/Anna's file.csv"),
            (r#""/data/6\" \$ nails.csv""#, "/data/6\" $ nails.csv"),
            (r"/data/a\(1\)\&b\'c.csv", "/data/a(1)&b'c.csv"),
            ("~/'my file.csv'", "~/my file.csv"),
            ("file:///data/my%20file.csv", "/data/my file.csv"),
            ("file://localhost/data/100%25.csv", "/data/100%.csv"),
            ("FILE:/data/a.csv", "/data/a.csv"),
            ("'file:///data/caf%C3%A9.csv'\n", "/data/café.csv"),
            ("file:///data/50%zz%2", "/data/50%zz%2"),
        ] {
            assert_eq!(path(text), meant, "{text}");
        }
        let host = path_of("file://nas/a.csv").unwrap_err().to_string();
        assert!(host.contains("nas"), "{host}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_typed_without_quotes_is_itself() {
        for text in [
            "o'brien.csv",
            "it's bob's.csv",
            "/data/'t Hart.csv",
            "6\" nails.csv",
            r"C:\data\orders.csv",
            "file:a.csv",
            "~/a b.csv",
            "'",
            "\\",
        ] {
            assert_eq!(path(text), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_of_a_url_that_are_no_text_are_kept() {
        use std::os::unix::ffi::OsStrExt;
        let path = path_of("file:///a%FF.csv").unwrap();
        assert_eq!(path.as_os_str().as_bytes(), b"/a\xff.csv");
    }

    #[test]
    fn a_stub_is_a_folder_and_the_beginning_of_a_name() {
        let stub = |text| {
            let stub = Stub::of(text).unwrap();
            (stub.folder, stub.name)
        };
        let pair = |folder: &str, name: &str| (folder.to_owned(), name.to_owned());
        assert_eq!(stub(""), pair("", ""));
        assert_eq!(stub("ord"), pair("", "ord"));
        assert_eq!(stub("~"), pair("~/", ""));
        assert_eq!(stub("~/a"), pair("~/", "a"));
        assert_eq!(stub("/data/.."), pair("/data/../", ""));
        assert_eq!(stub("/data/."), pair("/data/", "."));
        assert_eq!(stub(" /data/my "), pair("/data/", "my "));
        if cfg!(unix) {
            assert_eq!(stub("'/my data/o"), pair("/my data/", "o"));
            assert_eq!(stub("'/my data/o' "), pair("/my data/", "o"));
            assert_eq!(stub("\"/my data/o"), pair("/my data/", "o"));
            assert_eq!(stub(r"/my\ data/o"), pair("/my data/", "o"));
            assert_eq!(stub("/data/'t Ha"), pair("/data/", "'t Ha"));
            assert_eq!(stub("file:///my%20data/o"), pair("/my data/", "o"));
        }
    }

    fn completed(text: &str, names: &[(&str, bool)]) -> Option<Completed> {
        let stub = Stub::of(text).unwrap();
        let mut found = Names::default();
        names.iter().for_each(|&(name, is_folder)| found.add(&stub, name, || is_folder));
        found.completed(&stub)
    }

    #[test]
    fn names_complete_as_far_as_they_agree() {
        let names = [
            ("orders-2024.csv", false),
            ("orders-2023.csv", false),
            (".old", true),
            ("shop", true),
        ];
        let both = completed("/d/o", &names).unwrap();
        assert_eq!((both.text.as_str(), both.total), ("/d/orders-202", 2));
        assert_eq!(both.choices, ["orders-2023.csv", "orders-2024.csv"]);
        let one = completed("/d/orders-2024", &names).unwrap();
        assert_eq!((one.text.as_str(), one.total), ("/d/orders-2024.csv", 1));
        assert_eq!(completed("/d/sh", &names).unwrap().text, "/d/shop/");
        assert_eq!(completed("/d/x", &names), None);
        // Hidden names only where a dot was typed.
        assert_eq!(completed("/d/", &names).unwrap().total, 3);
        assert_eq!(completed("/d/.", &names).unwrap().text, "/d/.old/");
        let accents = [("caf\u{e9}", false), ("caf\u{e8}", false), ("a\nb", false)];
        assert_eq!(completed("", &accents).unwrap().text, "caf");
    }

    #[test]
    fn a_crowded_folder_is_counted_and_its_first_names_kept() {
        let stub = Stub::of("n").unwrap();
        let mut found = Names::default();
        let mut asked = 0;
        for number in 0..10_000 {
            let name = format!("n{:04}", (number * 7_919) % 10_000);
            found.add(&stub, &name, || {
                asked += 1;
                false
            });
        }
        let done = found.completed(&stub).unwrap();
        assert_eq!((done.total, done.choices.len(), done.text.as_str()), (10_000, LISTED, "n"));
        assert_eq!((done.choices[0].as_str(), done.choices[999].as_str()), ("n0000", "n0999"));
        assert!(asked < 6_000, "{asked} were asked");
    }

    proptest! {
        #[test]
        fn what_is_written_means_the_path(path in "[ a\\\\'\"/~.é:fil\u{a0}]{0,12}") {
            let text = written(&path);
            let meant = path_of(&text).unwrap().to_string_lossy().into_owned();
            prop_assert_eq!(meant.strip_prefix("./").unwrap_or(&meant), path.strip_prefix("./").unwrap_or(&path));
        }

        #[test]
        fn any_text_is_some_path(text in any::<String>()) {
            let _ = (path_of(&text), Stub::of(&text), written(&text));
        }
    }
}
