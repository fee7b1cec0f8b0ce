//! README and the book in docs/: every command in them runs, every page and link is there, README
//! stays short, and the reference of commands is what the program itself says of them.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
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

#[cfg(unix)]
#[test]
fn every_command_runs_as_it_is_written() {
    use std::process::{Command, Stdio};

    let bin = Path::new(PROGRAM).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let run = |line: &str, folder: &Path| {
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
    };
    let mut ran = 0;
    for page in pages() {
        let commands = commands(&text(&page));
        if commands.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let made =
            "epsiloscope generate --users 400 --items 60 --rows 6000 --seed 1 --out orders.csv";
        run(made, folder.path());
        // Every product is in the public list, and one that nobody bought.
        let orders = text(&folder.path().join("orders.csv"));
        let mut products: Vec<&str> =
            orders.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
        products.push("999");
        products.sort_unstable();
        products.dedup();
        let catalogue = format!("product\n{}\n", products.join("\n"));
        fs::write(folder.path().join("catalogue.csv"), catalogue).expect("a catalogue");
        if commands.iter().any(|line| line.contains("generate") && line.contains("orders.csv")) {
            fs::remove_file(folder.path().join("orders.csv")).expect("it was made");
        }
        for line in &commands {
            run(line, folder.path());
            ran += 1;
        }
        // What the story publishes is worth a look.
        let published = folder.path().join("orders_privacy.csv");
        if page.ends_with("README.md") {
            assert!(text(&published).lines().count() > 5, "{}", text(&published));
        }
    }
    assert!(ran > 30, "{ran} commands");
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
