//! Circles of files inside a room. An arrow is a name that a file takes from another: by a
//! path (`crate::`, `super::`, `self::`, a module's name) or brought in by `use`. A re-export
//! is looked through to the file that defines the name, and is an arrow only where its own
//! file uses that name; `mod` lines are none; tests do not count. Modules written inside a
//! file are taken for a part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::code::{Token, code_of, is_word, paths, tokens, without_tests};

/// Files that can each be reached from all others, along arrows.
#[derive(Debug)]
pub struct Circle {
    /// The folder of `src`.
    pub room: String,
    files: Vec<String>,
    arrows: Vec<String>,
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files of {} stand in a circle:", self.files.len(), self.room)?;
        self.arrows.iter().try_for_each(|arrow| write!(f, "\n  {arrow}"))
    }
}

/// What was found in a tree of files.
#[derive(Debug)]
pub struct Found {
    /// By room and first file.
    pub circles: Vec<Circle>,
    /// Paths from `crate`, `super` or `self` whose end no file defines.
    pub lost: Vec<String>,
}

/// The circles in `files`: each its path below `src`, with `/`, and its text.
pub fn circles(files: &[(String, String)]) -> Found {
    let tree = Tree::new(files);
    let mut lost = Vec::new();
    let arrows: Vec<_> = (0..tree.modules.len()).map(|m| tree.arrows(m, &mut lost)).collect();
    let reach: Vec<BTreeSet<usize>> =
        (0..arrows.len()).map(|from| reached(from, &arrows)).collect();
    let mut circles = Vec::new();
    let mut done = BTreeSet::new();
    for from in 0..arrows.len() {
        let circle: Vec<usize> =
            reach[from].iter().copied().filter(|&to| reach[to].contains(&from)).collect();
        if circle.len() < 2 || !done.insert(circle.clone()) {
            continue;
        }
        let name = |module: usize| tree.modules[module].name.clone();
        let inside = circle.iter().flat_map(|&m| arrows[m].iter().map(move |(to, a)| (m, *to, a)));
        circles.push(Circle {
            room: room(&tree.modules[from].name).to_owned(),
            files: circle.iter().map(|&m| name(m)).collect(),
            arrows: inside
                .filter(|(_, to, _)| circle.contains(to))
                .map(|(m, to, (line, names))| {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    format!(
                        "src/{}:{line} takes {} from src/{}",
                        name(m),
                        names.join(", "),
                        name(to)
                    )
                })
                .collect(),
        });
    }
    Found { circles, lost }
}

/// By the module that is pointed at: the first line that does, and the names taken.
type Arrows = BTreeMap<usize, (usize, BTreeSet<String>)>;

fn reached(from: usize, arrows: &[Arrows]) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        open.extend(arrows[at].keys().filter(|&&to| seen.insert(to)));
    }
    seen
}

fn starts_inside(path: &[String]) -> bool {
    matches!(path[0].as_str(), "crate" | "super" | "self")
}

fn room(name: &str) -> &str {
    name.split('/').next().unwrap_or(name).trim_end_matches(".rs")
}

/// A `use` of one name, or of all (`*`).
struct Use {
    path: Vec<String>,
    /// The name it has here; none for `*`.
    name: Option<String>,
    /// Behind `pub` of any kind.
    handed_on: bool,
    line: usize,
}

/// A file and what its module knows by name.
struct Module {
    name: String,
    path: Vec<String>,
    items: BTreeSet<String>,
    uses: Vec<Use>,
    /// Its code without tests and `use` lines.
    body: Vec<Token>,
}

#[derive(Clone, Copy)]
enum End {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
    /// Something of another crate.
    Outside,
}

struct Tree {
    modules: Vec<Module>,
    by_path: BTreeMap<Vec<String>, usize>,
}

impl Tree {
    fn new(files: &[(String, String)]) -> Self {
        let mut all: Vec<(&String, Vec<Token>)> = Vec::new();
        let mut tests = BTreeSet::new();
        for (name, text) in files.iter().filter(|(name, _)| name != "main.rs") {
            let (whole, path) = (tokens(&code_of(text)), module_path(name));
            let shipped = without_tests(&whole);
            let kept = declared(&shipped);
            for child in declared(&whole).difference(&kept) {
                tests.insert([path.as_slice(), std::slice::from_ref(child)].concat());
            }
            all.push((name, shipped));
        }
        let is_test = |path: &[String]| (0..=path.len()).any(|end| tests.contains(&path[..end]));
        let mut modules: Vec<Module> = all
            .into_iter()
            .filter(|(name, _)| {
                let named = name.ends_with("/tests.rs") || name.contains("/tests/");
                !named && !is_test(&module_path(name))
            })
            .map(|(name, shipped)| Module::new(name, &shipped))
            .collect();
        if !modules.iter().any(|module| module.path.is_empty()) {
            modules.push(Module::new("lib.rs", &[]));
        }
        let by_path = modules.iter().enumerate().map(|(i, m)| (m.path.clone(), i)).collect();
        Self { modules, by_path }
    }

    /// The arrows from module `from` into its own room.
    fn arrows(&self, from: usize, lost: &mut Vec<String>) -> Arrows {
        let module = &self.modules[from];
        let mut arrows = Arrows::new();
        let mut add = |end: Option<End>, line: usize, name: &str| {
            let Some(End::Item(to)) = end else { return };
            let inside = room(&self.modules[to].name) == room(&module.name);
            if to != from && inside && !module.path.is_empty() {
                arrows.entry(to).or_insert((line, BTreeSet::new())).1.insert(name.to_owned());
            }
        };
        let mut own = |path: &[String], line: usize, end: Option<End>| {
            if end.is_none() && starts_inside(path) {
                lost.push(format!("src/{}:{line}: {}", module.name, path.join("::")));
            }
        };
        for used in &module.uses {
            let end = self.resolve(from, &used.path, &mut Vec::new());
            own(&used.path, used.line, end);
            match (&used.name, end) {
                (Some(name), _) if used.handed_on => {
                    if let Some(line) = module.uses_alone(name) {
                        add(end, line, name);
                    }
                }
                (Some(name), _) => add(end, used.line, name),
                (None, Some(End::Module(all))) => {
                    let names: BTreeSet<&str> = module.body.iter().map(|t| &*t.text).collect();
                    for name in names.into_iter().filter(|name| !module.knows(name)) {
                        if let Some(line) = module.uses_alone(name) {
                            add(self.look(all, name, true, &mut Vec::new()), line, name);
                        }
                    }
                }
                (None, _) => add(end, used.line, "*"),
            }
        }
        for (path, line) in paths(&module.body).iter().filter(|(path, _)| path.len() > 1) {
            let end = self.resolve(from, path, &mut Vec::new());
            own(path, *line, end);
            add(end, *line, &path.join("::"));
        }
        arrows
    }

    /// Where `path`, written in module `from`, ends. `seen` are the names on the way, so
    /// that two globs that name each other come to an end.
    fn resolve(
        &self,
        from: usize,
        path: &[String],
        seen: &mut Vec<(usize, String)>,
    ) -> Option<End> {
        let mut at = End::Module(from);
        for (i, part) in path.iter().enumerate() {
            let End::Module(here) = at else { return Some(at) };
            let place = &self.modules[here].path;
            at = match part.as_str() {
                "self" => at,
                "crate" => End::Module(self.by_path[&Vec::new()]),
                "super" => End::Module(*self.by_path.get(&place[..place.len().checked_sub(1)?])?),
                name => self.look(here, name, i + 1 == path.len(), seen)?,
            };
        }
        Some(at)
    }

    /// What `name` is in module `here`; at the end of a path (`last`) an item goes before
    /// a module of its name.
    fn look(
        &self,
        here: usize,
        name: &str,
        last: bool,
        seen: &mut Vec<(usize, String)>,
    ) -> Option<End> {
        let module = &self.modules[here];
        let item = module.items.contains(name).then_some(End::Item(here));
        let mut path = module.path.clone();
        path.push(name.to_owned());
        let child = self.by_path.get(&path).map(|&child| End::Module(child));
        if let Some(end) = if last { item.or(child) } else { child.or(item) } {
            return Some(end);
        }
        let step = (here, name.to_owned());
        if seen.contains(&step) {
            return None;
        }
        seen.push(step);
        let named = module.uses.iter().filter(|used| used.name.as_deref() == Some(name));
        let found = named
            .filter_map(|used| {
                let outside = (!starts_inside(&used.path)).then_some(End::Outside);
                self.resolve(here, &used.path, seen).or(outside)
            })
            .next();
        found.or_else(|| {
            let all = module.uses.iter().filter(|used| used.name.is_none());
            all.filter_map(|used| match self.resolve(here, &used.path, seen)? {
                End::Module(other) => self.look(other, name, last, seen),
                End::Item(_) | End::Outside => None,
            })
            .next()
        })
    }
}

impl Module {
    fn new(name: &str, shipped: &[Token]) -> Self {
        let (mut uses, mut body) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < shipped.len() {
            if shipped[at].text == "use" {
                let before = at.checked_sub(1).map_or("", |i| shipped[i].text.as_str());
                let handed_on = before == "pub" || before == ")";
                at = used(shipped, at + 1, &[], handed_on, &mut uses);
            } else {
                body.push(shipped[at].clone());
                at += 1;
            }
        }
        let items = items(&body);
        Self { name: name.to_owned(), path: module_path(name), items, uses, body }
    }

    fn knows(&self, name: &str) -> bool {
        self.items.contains(name) || self.uses.iter().any(|used| used.name.as_deref() == Some(name))
    }

    /// The first line on which `name` stands for itself: a type or constant anywhere, a
    /// function where it is called or handed over and no variable has its name.
    fn uses_alone(&self, name: &str) -> Option<usize> {
        let text = |at: Option<usize>| at.and_then(|i| self.body.get(i)).map_or("", |t| &*t.text);
        let places = || (0..self.body.len()).filter(|&i| self.body[i].text == name);
        let before = |at: usize| text(at.checked_sub(1));
        let after = |at: usize| text(Some(at + 1));
        let lower = name.starts_with(|c: char| c.is_lowercase());
        let variable = places().any(|at| {
            matches!(before(at), "let" | "mut" | "ref" | "|") || matches!(after(at), ":" | "|")
        });
        places()
            .find(|&at| {
                let free = is_word(name) && !matches!(before(at), "." | "::" | "fn" | "mod");
                let given = matches!(before(at), "(" | ",") && matches!(after(at), ")" | ",");
                let called = matches!(after(at), "(" | "::" | "!");
                free && (!lower || called || given && !variable)
            })
            .map(|at| self.body[at].line)
    }
}

/// The module that a file is: `a/mod.rs` and `a.rs` are `a`, `lib.rs` is the root.
fn module_path(name: &str) -> Vec<String> {
    let mut parts: Vec<String> =
        name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// The modules that have a file of their own: the names of `mod name;`.
fn declared(all: &[Token]) -> BTreeSet<String> {
    all.windows(3)
        .filter(|w| w[0].text == "mod" && w[2].text == ";")
        .map(|w| w[1].text.clone())
        .collect()
}

/// What a file defines outside of all braces but those of a macro's call; modules with a file of
/// their own are none.
fn items(body: &[Token]) -> BTreeSet<String> {
    const KINDS: &[&str] =
        &["fn", "struct", "enum", "trait", "type", "const", "static", "union", "mod"];
    let mut found = BTreeSet::new();
    // Whether each open brace hides what stands in it.
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in body.iter().enumerate() {
        let next = |steps: usize| body.get(at + steps).map_or("", |t| t.text.as_str());
        match token.text.as_str() {
            "{" => open.push(at == 0 || body[at - 1].text != "!"),
            "}" => drop(open.pop()),
            _ if open.contains(&true) => {}
            "macro_rules" => _ = found.insert(next(2).to_owned()),
            "mod" if next(2) == ";" => {}
            "const" if at > 0 && matches!(&*body[at - 1].text, "<" | ",") => {}
            "const" | "static" if matches!(next(1), "fn" | "mut") => {
                found.insert(next(2).to_owned());
            }
            kind if KINDS.contains(&kind) && is_word(next(1)) => {
                found.insert(next(1).to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Reads one branch of a `use` from `at` behind `before`; returns where the next token is.
fn used(
    all: &[Token],
    mut at: usize,
    before: &[String],
    handed_on: bool,
    found: &mut Vec<Use>,
) -> usize {
    let mut path = before.to_vec();
    let line = all.get(at).map_or(0, |t| t.line);
    let mut name = None;
    let mut is_glob = false;
    while let Some(token) = all.get(at) {
        match token.text.as_str() {
            "{" => {
                at += 1;
                while all.get(at).is_some_and(|t| t.text != "}") {
                    at = used(all, at, &path, handed_on, found);
                    at += usize::from(all.get(at).is_some_and(|t| t.text == ","));
                }
                let ended = all.get(at + 1).is_some_and(|t| t.text == ";");
                return at + 1 + usize::from(ended && before.is_empty());
            }
            "as" => {
                name = all.get(at + 1).map(|t| t.text.clone());
                at += 1;
            }
            "*" => is_glob = true,
            "," | "}" => break,
            ";" => {
                at += 1;
                break;
            }
            "::" => {}
            word => path.push(word.to_owned()),
        }
        at += 1;
    }
    if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
        path.pop();
    }
    if !is_glob {
        name = name.or_else(|| path.last().cloned());
    }
    found.push(Use { path, name, handed_on, line });
    at
}
