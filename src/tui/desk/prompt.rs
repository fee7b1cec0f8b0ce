//! A line to type into: what is asked, and the text so far.

use std::path::PathBuf;

use unicode_width::UnicodeWidthStr;

use super::paths::{Completed, LONGEST, PathQuestion, written};
use crate::tui::knobs::Knob;
use crate::tui::refusal::Refusal;

/// What a prompt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A value for a knob.
    Value(Knob),
    /// The session's budget.
    Budget,
    /// How many groups are public.
    PublicGroups,
    /// A file to open.
    File,
    /// Where to write what is in view.
    Export,
    /// Where to keep the reading of the open file.
    KeepReading,
    /// Something of the screen in view, by a number of its own.
    OfScreen(usize),
    /// A file for the screen in view, by the number of what it is for.
    FileOfScreen(usize),
}

/// A prompt with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is asked for.
    pub asked: Asked,
    /// The label before the text.
    pub label: String,
    /// What may be typed, in a few words.
    pub hint: String,
    /// The text so far.
    pub text: String,
    /// Where the cursor stands, in bytes of the text.
    pub cursor: usize,
    /// Whether all of the text is selected: the next letter replaces it, a cursor key keeps it.
    pub selected: bool,
    /// Why the text was not taken.
    pub refusal: Option<String>,
    /// The name of a file that is there already: the same name once more replaces it.
    pub exists: Option<String>,
    /// How the path that is typed goes on.
    pub completion: Completion,
    /// Where the text comes from, where it is a file that was opened lately: its place among
    /// them, and what was typed before.
    pub recent: Option<(usize, String)>,
}

/// Asks where to keep the reading of the open file.
pub fn keep_prompt(name: String) -> Prompt {
    let hint = "a file such as orders.reading.toml: decisions, no evidence, no counts";
    Prompt::new(Asked::KeepReading, "keep the reading in", hint, name)
}

/// What is known of how a path goes on; nothing once another letter is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The text that the system was asked about, until it answers.
    pub awaited: Option<String>,
    /// The choices, where there are several: the first ones by name.
    pub choices: Vec<String>,
    /// How many there are.
    pub total: usize,
    /// Whether they are wanted on the screen.
    pub listed: bool,
    /// Whether the path is to be taken once it is complete: nobody's keys wait for a folder.
    pub entered: bool,
}

impl Prompt {
    /// A prompt that starts with `text`.
    pub fn new(
        asked: Asked,
        label: impl Into<String>,
        hint: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let text = text.into();
        Self {
            asked,
            label: label.into(),
            hint: hint.into(),
            cursor: text.len(),
            selected: !text.is_empty(),
            text,
            refusal: None,
            exists: None,
            completion: Completion::default(),
            recent: None,
        }
    }

    /// Adds a character at the cursor, or in place of a selected text; control characters and
    /// absurd lengths are ignored.
    pub fn push(&mut self, c: char) {
        if c.is_control() {
            return;
        }
        if self.selected {
            self.clear();
        }
        if self.text.len() < LONGEST {
            self.text.insert(self.cursor, c);
            self.cursor += c.len_utf8();
            self.changed();
        }
    }

    /// Takes away the character before the cursor, or a selected text.
    pub fn pop(&mut self) {
        if self.selected {
            return self.clear();
        }
        if let Some(c) = self.text[..self.cursor].chars().next_back() {
            self.cursor -= c.len_utf8();
            self.text.remove(self.cursor);
        }
        self.changed();
    }

    /// Takes away the character after the cursor, or a selected text.
    pub fn delete(&mut self) {
        if self.selected {
            return self.clear();
        }
        if self.cursor < self.text.len() {
            self.text.remove(self.cursor);
        }
        self.changed();
    }

    /// Takes all of the text away.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
        self.changed();
    }

    /// Moves the cursor by a character; a selected text is kept, the cursor at that end of it.
    pub fn walk(&mut self, right: bool) {
        if std::mem::take(&mut self.selected) {
            return self.jump(right);
        }
        let (before, after) = self.text.split_at(self.cursor);
        self.cursor = match right {
            true => self.cursor + after.chars().next().map_or(0, char::len_utf8),
            false => self.cursor - before.chars().next_back().map_or(0, char::len_utf8),
        };
    }

    /// Moves the cursor to the end or the start of the text, which is kept.
    pub fn jump(&mut self, right: bool) {
        self.selected = false;
        self.cursor = if right { self.text.len() } else { 0 };
    }

    fn changed(&mut self) {
        self.selected = false;
        self.cursor = self.cursor.min(self.text.len());
        self.refusal = None;
        self.completion = Completion::default();
        self.recent = None;
    }

    /// Completes the path; once more where it cannot go on by itself, lists the choices. Returns
    /// what is to be asked.
    pub fn complete(&mut self) -> Option<PathQuestion> {
        self.jump(true);
        let completion = &mut self.completion;
        if completion.awaited.is_some() || !completion.choices.is_empty() {
            completion.listed = true;
            return None;
        }
        completion.awaited = Some(self.text.clone());
        Some(PathQuestion::Completes(self.text.clone()))
    }

    /// Whether Enter comes too early, while it is not known how the path goes on: once.
    pub fn waits(&mut self) -> bool {
        let waits = self.completion.awaited.is_some() && !self.completion.entered;
        self.completion.entered |= waits;
        waits
    }

    /// Whether that Enter is due now.
    pub fn is_entered(&self) -> bool {
        self.completion.entered && self.completion.awaited.is_none()
    }

    /// Takes how `text` goes on, if it is still the one that is typed.
    pub fn completed(&mut self, text: &str, found: Result<Completed, Refusal>) {
        if self.completion.awaited.as_deref() != Some(text) {
            return;
        }
        let Completion { listed, entered, .. } = self.completion;
        self.changed();
        match found {
            Err(refusal) => self.refusal = Some(refusal.to_string()),
            Ok(Completed { text, choices, total }) => {
                self.text = text;
                self.jump(true);
                self.completion = match total > 1 {
                    true => Completion { choices, total, listed, ..Completion::default() },
                    false => Completion { entered, ..Completion::default() },
                };
            }
        }
    }

    /// Shows the file that was opened before the one shown (or after it, or again what was typed).
    pub fn step(&mut self, recent: &[PathBuf], before: bool) {
        let at = self.recent.as_ref().map(|(at, _)| *at);
        let next = match (at, before) {
            (None, true) => Some(0),
            (Some(at), true) => Some(at + 1),
            (None, false) => return,
            (Some(at), false) => at.checked_sub(1),
        };
        let path = next.map(|next| recent.get(next).and_then(|path| path.to_str()));
        let text = match path {
            Some(Some(path)) => written(path),
            // There is none before it.
            Some(None) => return,
            None => self.recent.take().map_or_else(String::new, |(_, typed)| typed),
        };
        let typed = self.recent.take().map_or_else(|| self.text.clone(), |(_, typed)| typed);
        self.text = text;
        self.jump(true);
        self.changed();
        self.recent = next.map(|next| (next, typed));
    }

    /// The part of the text that fits into `width` columns with the cursor in it, and the column
    /// of the cursor there.
    pub fn visible(&self, width: usize) -> (&str, u16) {
        let mut start = 0;
        // As much before the cursor as fits, all of it where that leaves the end in view.
        while self.text[start..self.cursor].width() > width {
            start += self.text[start..].chars().next().map_or(1, char::len_utf8);
        }
        (&self.text[start..], self.text[start..self.cursor].width() as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(text: &str) -> Prompt {
        Prompt::new(Asked::File, "open", "", text)
    }

    #[test]
    fn a_value_is_selected_typing_replaces_it_and_cursor_keys_keep_it() {
        let mut typed = prompt("1");
        "100".chars().for_each(|c| typed.push(c));
        assert_eq!(typed.text, "100");
        let mut typed = prompt("1");
        typed.walk(true);
        typed.push('0');
        assert_eq!((typed.text.as_str(), typed.cursor), ("10", 2));
        let mut typed = prompt("5");
        typed.jump(false);
        typed.push('2');
        assert_eq!(typed.text, "25");
        let mut typed = prompt("δέλτα");
        typed.walk(false);
        typed.walk(true);
        typed.delete();
        typed.pop();
        assert_eq!((typed.text.as_str(), typed.cursor), ("λτα", 0));
        let mut typed = prompt("5");
        typed.pop();
        assert!(typed.text.is_empty() && !typed.selected);
        assert!(!prompt("").selected);
    }

    #[test]
    fn the_cursor_stays_in_view() {
        let mut typed = prompt("a/long/path.csv");
        typed.jump(true);
        assert_eq!(typed.visible(8), ("path.csv", 8));
        typed.jump(false);
        assert_eq!(typed.visible(8), ("a/long/path.csv", 0));
    }

    fn two() -> Result<Completed, Refusal> {
        let choices = vec!["orders-1.csv".to_owned(), "orders-2.csv".to_owned()];
        Ok(Completed { text: "orders-".to_owned(), choices, total: 2 })
    }

    #[test]
    fn the_first_tab_goes_on_and_the_second_lists() {
        let mut typed = prompt("o");
        assert_eq!(typed.complete(), Some(PathQuestion::Completes("o".to_owned())));
        typed.completed("o", two());
        assert_eq!((typed.text.as_str(), typed.completion.listed), ("orders-", false));
        assert_eq!(typed.complete(), None);
        assert!(typed.completion.listed);
        typed.push('1');
        assert_eq!(typed.completion, Completion::default());
    }

    #[test]
    fn a_second_tab_before_the_answer_is_not_lost() {
        let mut typed = prompt("o");
        assert!(typed.complete().is_some() && typed.complete().is_none());
        typed.completed("o", two());
        assert!(typed.completion.listed && typed.completion.total == 2);
    }

    #[test]
    fn enter_waits_once_for_the_answer() {
        let mut typed = prompt("o");
        assert!(!typed.waits());
        typed.complete();
        assert!(typed.waits() && !typed.waits() && !typed.is_entered());
        let one = Completed { text: "one".to_owned(), choices: Vec::new(), total: 1 };
        typed.completed("o", Ok(one));
        assert!(typed.is_entered() && !typed.waits());
        // Where there are several it is not clear what was meant.
        let mut typed = prompt("o");
        typed.complete();
        assert!(typed.waits());
        typed.completed("o", two());
        assert!(!typed.is_entered());
    }

    #[test]
    fn an_answer_to_another_text_changes_nothing() {
        let mut typed = prompt("o");
        typed.complete();
        typed.push('x');
        typed.completed("o", two());
        assert_eq!(typed.text, "ox");
        typed.complete();
        typed.completed("ox", Err(Refusal::NoPath));
        assert!(typed.refusal.is_some() && typed.text == "ox");
    }

    #[test]
    fn recent_files_are_stepped_through_and_what_was_typed_comes_back() {
        let recent = ["/d/b.csv", "/d/ a.csv "].map(PathBuf::from);
        let mut typed = prompt("dra");
        for (before, shown) in [
            (false, "dra"),
            (true, "/d/b.csv"),
            (true, if cfg!(windows) { "/d/ a.csv " } else { "/d/ a.csv\\ " }),
            (true, if cfg!(windows) { "/d/ a.csv " } else { "/d/ a.csv\\ " }),
            (false, "/d/b.csv"),
            (false, "dra"),
            (false, "dra"),
        ] {
            typed.step(&recent, before);
            assert_eq!(typed.text, shown);
        }
        typed.step(&[], true);
        assert_eq!(typed.text, "dra");
        typed.step(&recent, true);
        typed.push('x');
        assert_eq!((typed.text.as_str(), &typed.recent), ("/d/b.csvx", &None));
    }
}
