//! README and the book in docs/: every command in them runs, every page and link is there, README
//! stays short, and the reference of commands is what the program itself says of them.

#[cfg(unix)]
mod driver;

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
#[cfg(unix)]
const PROGRAM: &str = env!("CARGO_BIN_EXE_epsiloscope");

/// README and all pages of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![Path::new(ROOT).join("README.md")];
    let book = fs::read_dir(Path::new(ROOT).join("docs/src")).expect("docs/src");
    pages.extend(book.map(|entry| entry.expect("a page").path()));
    pages.sort();
    pages
}

fn text(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|cause| panic!("{}: {cause}", page.display()))
}

/// The commands of the blocks that are marked `sh`, lines that go on joined; cargo's are not ours.
fn commands(page: &str) -> Vec<String> {
    let mut all = Vec::new();
    for block in page.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let lines = block.replace("\\\n", " ");
        all.extend(
            lines
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with("cargo "))
                .map(str::to_owned),
        );
    }
    all
}

/// README, then the pages in the order of the summary: as somebody reads who does all that is shown.
#[cfg(unix)]
fn in_order() -> Vec<PathBuf> {
    let summary = text(&Path::new(ROOT).join("docs/src/SUMMARY.md"));
    let listed = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let book = listed.map(|page| Path::new(ROOT).join("docs/src").join(page));
    std::iter::once(Path::new(ROOT).join("README.md")).chain(book).collect()
}

/// Runs a line of a page in a folder; what it printed.
#[cfg(unix)]
fn run(line: &str, folder: &Path) -> String {
    use std::process::{Command, Stdio};

    let bin = Path::new(PROGRAM).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", &path)
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{line}\n{said}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// In one folder and with nothing that the pages themselves do not make.
#[cfg(unix)]
#[test]
fn every_command_runs_as_it_is_written_one_after_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ran = 0;
    for page in in_order() {
        for line in commands(&text(&page)) {
            let said = run(&line, folder.path());
            ran += 1;
            assert!(!said.contains("This makes little sense"), "{line}\n{said}");
        }
        // What the story publishes is worth a look.
        if page.ends_with("README.md") {
            let published = text(&folder.path().join("orders_privacy.csv"));
            assert!(published.lines().count() > 50, "{published}");
        }
    }
    assert!(ran > 30, "{ran} commands");
}

/// At a terminal, where the forecast is made and the word asked for, README's release goes
/// through: no objection, the word `release`, a file.
#[cfg(unix)]
#[test]
fn the_release_of_readme_goes_through_at_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let readme = commands(&text(&Path::new(ROOT).join("README.md")));
    let is_release =
        |line: &&String| line.starts_with("epsiloscope release") && !line.contains("--preview");
    let release = readme.iter().find(is_release).expect("a release");
    for line in readme.iter().take_while(|line| *line != release) {
        if line.contains("generate") || line.contains("ledger create") {
            run(line, folder.path());
        }
    }
    let words: Vec<&str> = release.split_whitespace().skip(1).collect();
    let mut session = driver::Session::start_in(folder.path(), &words, &[]);
    session.until("Type release to spend and publish");
    let said = String::from_utf8_lossy(&session.all).into_owned();
    assert!(said.contains("rows would show") && !said.contains("makes little sense"), "{said}");
    session.keys("release\r");
    assert_eq!(session.end(), 0);
    assert!(session.screen().contains("released 60 rows"), "{}", session.screen());
    assert!(folder.path().join("orders_privacy.csv").exists());
}

#[test]
fn readme_is_short_and_every_link_leads_somewhere() {
    let readme = text(&Path::new(ROOT).join("README.md"));
    assert!(readme.lines().count() <= 170, "{} lines", readme.lines().count());
    let summary = text(&Path::new(ROOT).join("docs/src/SUMMARY.md"));
    for page in pages() {
        let name = page.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(
            ["README.md", "SUMMARY.md"].contains(&name.as_str()) || summary.contains(&name),
            "{name} is not in the summary"
        );
        let text = text(&page);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let included = text.split("{{#include ").skip(1).filter_map(|rest| rest.split('}').next());
        for link in links.chain(included).filter(|link| !link.contains("://")) {
            let target = page.parent().expect("a folder").join(link);
            assert!(target.exists(), "{name}: {link}");
        }
    }
}

/// What the program says of its commands, as a page.
fn reference() -> String {
    let help = |words: &[&str]| {
        let done = assert_cmd::Command::cargo_bin("epsiloscope")
            .expect("the binary is built")
            .args(words)
            .arg("--help")
            .output()
            .expect("it runs");
        let said = String::from_utf8(done.stdout).expect("UTF-8");
        said.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    };
    let mut page = "# Reference: commands\n\nWhat `--help` says.\n".to_owned();
    for words in [
        &[][..],
        &["explore"],
        &["inspect"],
        &["sweep"],
        &["compare"],
        &["recommend"],
        &["release"],
        &["ledger", "create"],
        &["ledger", "show"],
        &["ledger", "check"],
        &["risk"],
        &["calibrate"],
        &["compose"],
        &["generate"],
        &["completions"],
    ] {
        let name = ["epsiloscope"].iter().chain(words).copied().collect::<Vec<_>>().join(" ");
        page += &format!("\n## {name}\n\n```text\n{}\n```\n", help(words).trim_end());
    }
    page
}

/// `EPSILOSCOPE_DOCS=write` writes the page anew.
#[test]
fn the_reference_is_what_the_program_says() {
    let path = Path::new(ROOT).join("docs/src/commands.md");
    let says = reference();
    if std::env::var_os("EPSILOSCOPE_DOCS").is_some() {
        fs::write(&path, &says).expect("docs can be written");
    }
    assert!(
        text(&path) == says,
        "docs/src/commands.md is old: EPSILOSCOPE_DOCS=write cargo test --test docs"
    );
}
