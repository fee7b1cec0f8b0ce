//! Names said once: a public type's name stands for one thing in the whole source, so that it
//! can be looked up, and read without its path. Types that one file keeps to itself (no `pub`)
//! and the associated types of traits may share a name.

use std::collections::BTreeMap;

use crate::code::{code_of, is_word, tokens, without_tests};

/// The public types whose name stands twice or more, each with its places (`src/a.rs:1`).
pub fn said_twice(files: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, source) in files {
        if name.ends_with("/tests.rs") || name.contains("/tests/") {
            continue;
        }
        let all = without_tests(&tokens(&code_of(source)));
        for (at, token) in all.iter().enumerate().filter(|(_, token)| token.text == "pub") {
            let mut next = at + 1;
            // `pub(super)`, `pub(in a::b)`
            if all.get(next).is_some_and(|token| token.text == "(") {
                let closed = all[next..].iter().position(|token| token.text == ")");
                next += closed.map_or(1, |closed| closed + 1);
            }
            let word = |at: usize| all.get(at).map_or("", |token| token.text.as_str());
            let kind = matches!(word(next), "struct" | "enum" | "union" | "trait" | "type");
            // A macro's `$name` is no name.
            if kind && is_word(word(next + 1)) {
                let place = format!("src/{name}:{}", token.line);
                places.entry(word(next + 1).to_owned()).or_default().push(place);
            }
        }
    }
    places.retain(|_, places| places.len() > 1);
    places
}

/// The names that stand twice in a made-up tree.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    said_twice(&files).into_iter().map(|(name, places)| format!("{name} {places:?}")).collect()
}

#[test]
fn a_name_that_stands_twice_is_found() {
    let plan = ("a/mod.rs", "\npub struct Plan;");
    for other in [
        "pub struct Plan { a: u8 }",
        "pub(crate) enum Plan { A }",
        "pub(super) type Plan = u64;",
        "pub(in crate::b) trait Plan {}",
        "mod inner { pub struct Plan<T>(T); }",
        "m! { #[derive(Debug)] pub enum Plan { A: a } }",
    ] {
        let wrong = found(&[plan, ("b/c.rs", other)]);
        assert_eq!(wrong, [r#"Plan ["src/a/mod.rs:2", "src/b/c.rs:1"]"#], "{other}");
    }
    // Two in one file, in two modules.
    let wrong = found(&[("a/mod.rs", "pub struct Plan; mod b { pub enum Plan {} }")]);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

#[test]
fn what_is_no_public_type_may_share_a_name() {
    let plan = ("a/mod.rs", "pub struct Plan;");
    for other in [
        "struct Plan;",
        "enum Other { Plan }",
        "impl T for A { type Plan = u8; }",
        "trait T { type Plan; }",
        "pub use crate::a::Plan;",
        "pub fn plan(plan: Plan) {} pub const PLAN: u8 = 1; pub mod Plan {}",
        "// pub struct Plan;\n/// pub struct Plan;\nconst A: &str = \"pub struct Plan;\";",
        "#[cfg(test)] mod tests { pub struct Plan; }",
        "macro_rules! m { ($name:ident) => { pub struct $name; } } struct Name; type Plan = u8;",
    ] {
        assert!(found(&[plan, ("b/c.rs", other)]).is_empty(), "{other}");
    }
    assert!(found(&[plan, ("b/tests.rs", "pub struct Plan;")]).is_empty());
    assert!(found(&[plan, ("b/tests/c.rs", "pub struct Plan;")]).is_empty());
}
