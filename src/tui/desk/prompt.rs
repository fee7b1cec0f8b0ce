//! A line to type into: what is asked, and the text so far.

use unicode_width::UnicodeWidthStr;

use crate::tui::knobs::Knob;

/// What a prompt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A value for a knob.
    Value(Knob),
    /// The session's budget.
    Budget,
    /// A file to open.
    File,
    /// Where to write what is in view.
    Export,
    /// Something of the screen in view, by a number of its own.
    OfScreen(usize),
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
    /// Why the text was not taken.
    pub refusal: Option<String>,
    /// The name of a file that is there already: the same name once more replaces it.
    pub exists: Option<String>,
}

impl Prompt {
    /// A prompt that starts with `text`.
    pub fn new(
        asked: Asked,
        label: impl Into<String>,
        hint: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            asked,
            label: label.into(),
            hint: hint.into(),
            text: text.into(),
            refusal: None,
            exists: None,
        }
    }

    /// Adds a character; control characters and absurd lengths are ignored.
    pub fn push(&mut self, c: char) {
        if !c.is_control() && self.text.len() < 4_096 {
            self.text.push(c);
            self.refusal = None;
        }
    }

    /// Takes the last character away.
    pub fn pop(&mut self) {
        self.text.pop();
        self.refusal = None;
    }

    /// The end of the text that fits into `width` columns.
    pub fn visible(&self, width: usize) -> &str {
        let mut start = 0;
        while self.text[start..].width() > width {
            start += self.text[start..].chars().next().map_or(1, char::len_utf8);
        }
        &self.text[start..]
    }
}
