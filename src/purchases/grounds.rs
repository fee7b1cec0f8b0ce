//! What speaks for the decisions of a reading, and where two readings fit. It is looked up in the
//! rows: it stands on screens and in what `inspect` says, never in anything that leaves.

use serde::Serialize;
use serde::ser::SerializeMap;

use super::reading::{Decision, Line, Reading};
use super::told::Doubt;

/// A decision that two readings fit.
#[derive(Debug, Clone, PartialEq)]
pub struct DoubtOf {
    /// The decision.
    pub decision: Decision,
    /// The values that fit, each as the flag would say it; the one that is taken first.
    pub readings: Vec<String>,
    /// What each would mean.
    pub words: String,
}

impl Serialize for DoubtOf {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("decision", self.decision.name())?;
        map.serialize_entry("readings", &self.readings)?;
        map.serialize_entry("words", &self.words)?;
        map.end()
    }
}

/// Evidence and doubts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grounds {
    evidence: Vec<(Decision, String)>,
    doubts: Vec<DoubtOf>,
}

impl Grounds {
    pub(super) fn say(&mut self, decision: Decision, evidence: impl Into<String>) {
        let evidence = evidence.into();
        if evidence.is_empty() {
            return;
        }
        match self.evidence.iter_mut().find(|(of, _)| *of == decision) {
            Some((_, said)) => *said = format!("{said}; {evidence}"),
            None => self.evidence.push((decision, evidence)),
        }
    }

    pub(super) fn doubt(&mut self, decision: Decision, doubt: Doubt) {
        let Doubt { readings, words } = doubt;
        self.doubts.push(DoubtOf { decision, readings, words });
    }

    /// What speaks for a decision, in a clause; empty where nothing does.
    pub fn evidence(&self, decision: Decision) -> &str {
        self.evidence.iter().find(|(of, _)| *of == decision).map_or("", |(_, said)| said)
    }

    /// The decisions that two readings fit.
    pub fn doubts(&self) -> &[DoubtOf] {
        &self.doubts
    }

    /// The doubt about a decision.
    pub fn doubt_of(&self, decision: Decision) -> Option<&DoubtOf> {
        self.doubts.iter().find(|doubt| doubt.decision == decision)
    }
}

/// A reading with its grounds: `{decision: {value, evidence, source}}`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroundedReading {
    lines: Vec<(Line, String)>,
}

impl GroundedReading {
    /// That of a file.
    pub fn new(reading: &Reading, grounds: &Grounds) -> Self {
        let lines = reading.lines().into_iter().map(|line| {
            let evidence = grounds.evidence(line.decision).to_owned();
            (line, evidence)
        });
        Self { lines: lines.collect() }
    }

    /// Every decision with its evidence.
    pub fn lines(&self) -> &[(Line, String)] {
        &self.lines
    }
}

impl Serialize for GroundedReading {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            value: Option<&'a str>,
            evidence: &'a str,
            source: super::decided::Origin,
        }
        let mut map = serializer.serialize_map(Some(self.lines.len()))?;
        for (line, evidence) in &self.lines {
            let shown = Shown { value: line.shown(), evidence, source: line.origin };
            map.serialize_entry(line.decision.name(), &shown)?;
        }
        map.end()
    }
}
