//! The pictures of README and the book, and the recording of the story, made anew from the real
//! program in a terminal: `cargo test --test pictures -- --ignored`.
#![cfg(unix)]

mod driver;
#[path = "driver/svg.rs"]
mod svg;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use driver::{PATIENCE, Session};

const SCREENS: [&str; 10] = [
    "Data",
    "Scope",
    "Sweep",
    "Ranking",
    "Budget",
    "Recommend",
    "Advice",
    "Risk",
    "Rates",
    "Anonymity",
];
const PICTURES: [&str; 11] = [
    "scope",
    "sweep",
    "ranking",
    "budget",
    "recommend",
    "data",
    "release",
    "advice",
    "risk",
    "rates",
    "anonymity",
];

const LEFT: &str = "\x1b[D";
const RIGHT: &str = "\x1b[C";
const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures")
}

fn start(folder: &Path) -> Session {
    let mut session = Session::start_in(
        folder,
        &["explore", "--seed", "1", "--theme", "dark"],
        &[("COLORTERM", "truecolor")],
    );
    session.until("5 more fit");
    session
}

/// Waits until what was asked for is there and nothing moves any more.
fn settle(session: &mut Session, text: &str) {
    session.until(text);
    let end = Instant::now() + 2 * PATIENCE;
    let mut shown = session.screen();
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_millis(1500) || shown.contains("simulating") {
        assert!(Instant::now() < end, "it never rests:\n{shown}");
        session.absorb(Duration::from_millis(50));
        let now = session.screen();
        if now != shown {
            (shown, since) = (now, Instant::now());
        }
    }
}

/// Writes the screen as a picture, on which the folder of work must not show.
fn keep(session: &Session, work: &Path, name: &str) {
    let text = svg::picture(session.parser.screen(), &format!("epsiloscope: {name}"));
    assert!(!text.contains(&work.display().to_string()), "{name} shows a path");
    fs::write(folder().join(format!("{name}.svg")), text).expect("it can be written");
}

#[test]
#[ignore = "writes assets/pictures anew"]
fn pictures_of_every_screen() {
    let work = tempfile::tempdir().expect("a folder");
    let mut session = start(work.path());
    for asked in ["1 asked", "2 asked", "3 asked"] {
        session.keys("a");
        session.until(asked);
    }
    settle(&mut session, "overlap@10");
    keep(&session, work.path(), "scope");
    session.keys("1");
    settle(&mut session, "rows kept");
    keep(&session, work.path(), "data");
    session.keys("4");
    for trial in ["trial 1", "trial 2", "trial 3", "trial 4"] {
        session.until(trial);
        session.keys("n");
    }
    settle(&mut session, "trial 5");
    keep(&session, work.path(), "ranking");
    session.keys("5");
    session.until("accountants");
    session.keys(&format!("nn{DOWN}{DOWN}{RIGHT}"));
    settle(&mut session, "E|noise|");
    keep(&session, work.path(), "budget");
    session.keys("6");
    settle(&mut session, "draws of the noise");
    keep(&session, work.path(), "recommend");
    for (key, shows, name) in [
        ("7", "enter puts it under the knobs", "advice"),
        ("8", "advantage", "risk"),
        ("9", "order best at", "rates"),
        ("0", "halves by taste", "anonymity"),
    ] {
        session.keys(key);
        settle(&mut session, shows);
        keep(&session, work.path(), name);
    }
    session.keys("qq");
    assert_eq!(session.end(), 0);
}

#[test]
#[ignore = "writes assets/pictures anew"]
fn picture_of_the_map() {
    let work = tempfile::tempdir().expect("a folder");
    let mut session = start(work.path());
    session.keys("3");
    session.until("best l0 at each ε");
    // An unoptimised build takes minutes for all of them: fewer make the same map.
    session.until("of 1000 trials");
    let end = Instant::now() + Duration::from_secs(20);
    while session.screen().contains("simulating") && Instant::now() < end {
        session.absorb(Duration::from_millis(50));
    }
    session.keys("\x1b");
    settle(&mut session, "of 1000 trials");
    keep(&session, work.path(), "sweep");
}

#[test]
#[ignore = "writes assets/pictures anew"]
fn picture_of_the_release_form() {
    let work = tempfile::tempdir().expect("a folder");
    let mut session = start(work.path());
    settle(&mut session, "overlap@10");
    session.keys("p");
    session.until("not chosen yet");
    // The sample is public: every key of it is known to everyone.
    session.keys(LEFT);
    session.until("known to everyone");
    session.keys("\r");
    session.until("there is no ledger sample.ledger");
    session.keys("\r");
    settle(&mut session, "type release and press enter");
    keep(&session, work.path(), "release");
}

/// A session with time to read what it shows: pauses are in the recording alone.
struct Story {
    session: Session,
    /// Before which piece of the output, and for how many seconds.
    pauses: Vec<(usize, f64)>,
    /// Before which piece of the output keys were pressed.
    pressed: Vec<usize>,
}

impl Story {
    fn press(&mut self, keys: &[&str], until: &str, read: f64) {
        for key in keys {
            let before = self.session.heard.len();
            self.pressed.push(before);
            self.session.keys(key);
            let end = Instant::now() + PATIENCE;
            while self.session.heard.len() == before {
                assert!(Instant::now() < end, "nothing follows a key:\n{}", self.session.screen());
                self.session.absorb(Duration::from_millis(20));
            }
            if keys.len() > 1 {
                self.session.absorb(Duration::from_millis(250));
                self.pauses.push((self.session.heard.len(), 0.25));
            }
        }
        self.session.until(until);
        self.pauses.push((self.session.heard.len(), read));
    }

    /// How long each piece of the output is waited for: as it was, but what follows a key takes
    /// two seconds at most, however slow the machine or the build.
    fn gaps(&self) -> Vec<f64> {
        let heard = &self.session.heard;
        let mut gaps = vec![0.0];
        gaps.extend(heard.windows(2).map(|two| (two[1].0 - two[0].0).as_secs_f64().min(0.3)));
        let ends = self.pressed.iter().skip(1).copied().chain([heard.len()]);
        for (from, to) in self.pressed.iter().copied().zip(ends) {
            let whole: f64 = gaps[from..to].iter().sum();
            gaps[from..to].iter_mut().for_each(|gap| *gap *= (2.0 / whole).min(1.0));
        }
        gaps
    }

    /// The recording, in asciinema's second format.
    fn cast(&self) -> String {
        let (columns, rows) = (120, 36);
        let mut cast = format!(
            "{}\n",
            serde_json::json!({"version": 2, "width": columns, "height": rows,
                "title": "epsiloscope: from a file to a release",
                "env": {"TERM": "xterm-256color"}})
        );
        let (mut time, mut from) = (0.0, 0);
        for (index, (gap, &(_, to))) in self.gaps().iter().zip(&self.session.heard).enumerate() {
            time += gap;
            time += self.pauses.iter().filter(|(at, _)| *at == index).map(|(_, s)| s).sum::<f64>();
            // A sign that is cut in two waits for its other part.
            let piece = &self.session.all[from..to];
            let whole = match std::str::from_utf8(piece) {
                Ok(_) => piece.len(),
                Err(cut) => cut.valid_up_to(),
            };
            let data = std::str::from_utf8(&piece[..whole]).expect("as far as it is valid");
            from += whole;
            if !data.is_empty() {
                let time = (time * 1000.0).round() / 1000.0;
                let _ = writeln!(cast, "{}", serde_json::json!([time, "o", data]));
            }
        }
        cast
    }
}

#[test]
#[ignore = "writes assets/pictures anew"]
fn recording_of_the_story() {
    let work = tempfile::tempdir().expect("a folder");
    let mut session = start(work.path());
    settle(&mut session, "overlap@10");
    let pauses = vec![(session.heard.len(), 3.0)];
    let mut story = Story { session, pauses, pressed: vec![0] };
    // ε turned down and up again; then answers until the rehearsed budget is spent.
    story.press(&[LEFT, LEFT, LEFT, LEFT], "ε", 1.5);
    story.press(&[RIGHT, RIGHT, RIGHT, RIGHT], "5 more fit", 1.5);
    story.press(&[" "], "5 asked", 3.0);
    story.press(&["4"], "trial 1", 2.0);
    story.press(&["n", "n", "n", "n"], "trial 5", 3.0);
    story.press(&["3"], "closed forms", 1.0);
    story.press(&[UP, LEFT, LEFT], "best l0 at each ε", 3.0);
    story.press(&["2"], "knobs", 1.0);
    story.press(&["p"], "not chosen yet", 2.5);
    story.press(&[LEFT], "known to everyone", 2.0);
    story.press(&["\r"], "there is no ledger sample.ledger", 3.0);
    story.press(&["\r"], "type release and press enter", 5.0);
    story.press(&["r", "e", "l", "e", "a", "s", "e"], "release", 1.0);
    story.press(&["\r"], "spent ", 4.0);
    settle(&mut story.session, "sample_privacy.csv");
    story.session.keys("qq");
    assert_eq!(story.session.end(), 0);
    assert!(work.path().join("sample_privacy.csv").exists());
    let cast = story.cast();
    assert!(!cast.contains(&work.path().display().to_string()), "the recording shows a path");
    fs::write(folder().join("story.cast"), cast).expect("it can be written");
}

/// Every tag closed in its order, every attribute in quotes, every sign escaped.
fn well_formed(xml: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        let (tag, after) = tag[1..].split_once('>').ok_or("a tag without its end")?;
        for entity in text.split('&').skip(1).chain(tag.split('&').skip(1)) {
            let known = ["amp;", "lt;", "gt;", "quot;"].iter().any(|name| entity.starts_with(name));
            known.then_some(()).ok_or(format!("a bare & in '{entity}'"))?;
        }
        if tag.contains('<') || text.contains('>') || tag.matches('"').count() % 2 == 1 {
            return Err(format!("not a tag: <{tag}>"));
        }
        let name = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap_or_default();
        if tag.starts_with('/') {
            (open.pop() == Some(name)).then_some(()).ok_or(format!("</{name}> closes nothing"))?;
        } else if !tag.ends_with('/') {
            if open.is_empty() && text.trim() != "" {
                return Err(format!("'{text}' outside"));
            }
            open.push(name);
        }
        rest = after;
    }
    match (open.pop(), rest.trim()) {
        (None, "") => Ok(()),
        (open, rest) => Err(format!("{open:?} stays open before '{rest}'")),
    }
}

#[test]
fn what_is_not_well_formed_is_found() {
    assert_eq!(well_formed("<a b=\"1\"><c/>x &amp; y</a>\n"), Ok(()));
    for bad in ["<a>", "<a></b>", "<a>x & y</a>", "<a b=\"1></a>", "<a>x > y</a>", "<a/>x", "<a"] {
        assert!(well_formed(bad).is_err(), "{bad}");
    }
}

/// The texts of the first row, in order.
fn header(picture: &str) -> String {
    let texts = picture.split("<text ").skip(1);
    let first = format!("y=\"{}\"", svg::baseline(0));
    texts
        .filter(|text| text.split('>').next().is_some_and(|tag| tag.contains(&first)))
        .filter_map(|text| text.split('>').nth(1)?.split('<').next())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn pictures_show_the_program_as_it_is() {
    for name in PICTURES {
        let picture = fs::read_to_string(folder().join(format!("{name}.svg")))
            .unwrap_or_else(|cause| panic!("{name}.svg: {cause}"));
        assert_eq!(well_formed(&picture), Ok(()), "{name}");
        let header = header(&picture).split_whitespace().collect::<Vec<_>>().join(" ");
        let tabs = SCREENS.iter().enumerate().map(|(n, name)| format!("{} {name}", (n + 1) % 10));
        let tabs = tabs.collect::<Vec<_>>().join(" ");
        assert!(header.contains(&tabs), "{name}: {header}");
    }
    let mut files: Vec<String> = fs::read_dir(folder())
        .expect("the pictures")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut known: Vec<String> = PICTURES.iter().map(|name| format!("{name}.svg")).collect();
    known.push("story.cast".to_owned());
    known.sort();
    assert_eq!(files, known);
}

#[test]
fn recording_plays_from_the_sample_to_the_release() {
    let cast = fs::read_to_string(folder().join("story.cast")).expect("the recording");
    assert!(cast.len() <= 400_000, "{} bytes", cast.len());
    let mut lines = cast.lines();
    let header: serde_json::Value =
        serde_json::from_str(lines.next().expect("a header")).expect("JSON");
    assert_eq!(header["version"], 2);
    assert_eq!((&header["width"], &header["height"]), (&120.into(), &36.into()));
    let mut parser = driver::parser(36, 120);
    let mut last = 0.0;
    let mut missing =
        vec!["SYNTHETIC", "5 asked", "trial 5", "best l0 at each ε", "type release", "spent "];
    for line in lines {
        let (time, kind, data): (f64, String, String) = serde_json::from_str(line).expect("JSON");
        assert!(time >= last, "{time} after {last}");
        assert_eq!(kind, "o");
        last = time;
        parser.process(data.as_bytes());
        let screen = parser.screen().rows(0, 120).collect::<Vec<_>>().join("\n");
        if missing.first().is_some_and(|text| screen.contains(text)) {
            missing.remove(0);
        }
    }
    assert!(missing.is_empty(), "never shown: {missing:?}");
    assert!(last <= 70.0, "{last} seconds");
}
