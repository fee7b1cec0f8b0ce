//! The search for circles, tried on small trees.

use crate::circles::{Found, circles};

fn found(files: &[(&str, &str)]) -> Found {
    let files: Vec<_> = files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    circles(&files)
}

/// Asserts that `files` hold one circle, and that what is said of it has every one of `parts`.
fn refuses(files: &[(&str, &str)], parts: &[&str]) {
    let found = found(files);
    let said: Vec<String> = found.circles.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{files:?}\ngave {said:?}");
    for part in parts {
        assert!(said[0].contains(part), "{files:?}\ngave {said:?}, not “{part}”");
    }
}

fn accepts(files: &[(&str, &str)]) {
    let found = found(files);
    assert!(found.circles.is_empty() && found.lost.is_empty(), "{files:?}\ngave {found:?}");
}

#[test]
fn a_circle_is_found() {
    let parent = ("r/mod.rs", "mod a; mod b; mod c;");
    let b = ("r/b.rs", "use crate::r::c::C; pub fn b(_: C) {}");
    let c = ("r/c.rs", "\npub struct C;\nfn f() { super::a::a(); }");
    let closed = ("r/a.rs", "use super::b::{self, b as other}; pub fn a() {}");
    refuses(
        &[parent, closed, b, c],
        &[
            "3 files of r stand",
            "src/r/a.rs:1 takes other from src/r/b.rs",
            "src/r/b.rs:1 takes C from src/r/c.rs",
            "src/r/c.rs:3 takes super::a::a from src/r/a.rs",
        ],
    );
    accepts(&[parent, ("r/a.rs", "pub fn a() {}"), b, c]);
    // A name taken by a module's own name.
    let by_module = ("r/a.rs", "use super::b; pub fn a() { b::b(1) }");
    refuses(&[parent, by_module, b, c], &["takes b::b from src/r/b.rs"]);
    // Tests and what is said in comments and strings do not count.
    let in_tests = "#[cfg(test)] mod t { use super::super::b::b; }";
    accepts(&[parent, ("r/a.rs", &format!("pub fn a() {{}} {in_tests}")), b, c]);
    accepts(&[parent, ("r/a.rs", "// super::b::b\npub fn a() -> &str { \"super::b::b\" }"), b, c]);
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let b = ("r/b.rs", "pub struct B; fn f() { super::a::a() }");
    // The parent hands B on, from one child to the other: only the children are in the circle.
    let parent = ("r/mod.rs", "mod a; mod b; pub use b::B;");
    refuses(&[parent, ("r/a.rs", "use super::B; pub fn a() {}"), b], &["2 files of r"]);
    refuses(&[parent, ("r/a.rs", "pub fn a() -> crate::r::B {}"), b], &["src/r/b.rs:1"]);
    // Through all of a module, through several steps, and under another name.
    let parent = ("r/mod.rs", "mod a; mod b; mod c; pub use c::*;");
    let c = ("r/c.rs", "pub(super) use super::b::B as Other;");
    refuses(&[parent, c, ("r/a.rs", "use super::Other; pub fn a() {}"), b], &["2 files of r"]);
    refuses(
        &[parent, c, ("r/a.rs", "use super::*; pub fn a(_: Other) {}"), b],
        &["takes Other from src/r/b.rs"],
    );
    accepts(&[parent, c, ("r/a.rs", "use super::*; pub fn a() {}"), b]);
}

#[test]
fn a_parent_is_judged_by_what_it_uses_itself() {
    let child = ("r/a.rs", "use super::Size; pub fn a(_: Size) {} pub struct A;");
    // It defines what the child uses, and calls the child.
    refuses(
        &[("r/mod.rs", "mod a; pub struct Size; fn f() { a::a(Size) }"), child],
        &["src/r/mod.rs:1 takes a::a from src/r/a.rs", "takes Size from src/r/mod.rs"],
    );
    refuses(&[("r/mod.rs", "mod a; use a::a; pub struct Size; fn f() { a(Size) }"), child], &[]);
    // A name that is handed on and used as well.
    for uses in [
        "fn f() { a(Size) }",
        "fn f() { g(1, a) }",
        "fn f() -> A {}",
        "struct B { inner: Vec<A> }",
        "fn f() { A::new() }",
    ] {
        let parent = format!("mod a; pub use a::{{A, a}}; pub struct Size; {uses}");
        refuses(&[("r/mod.rs", &parent), child], &["src/r/mod.rs:1 takes"]);
    }
    // It only hands names on, one by one or all.
    accepts(&[("r/mod.rs", "mod a; pub use a::{A, a}; pub struct Size;"), child]);
    accepts(&[("r/mod.rs", "mod a; pub use a::*; pub struct Size { b: u8 }"), child]);
    // A variable, a field and a method of that name are not it.
    let other = "fn f(a: u8) { let b = S { a: 1 }; b.a(); g(a) }";
    accepts(&[("r/mod.rs", &format!("mod a; pub use a::a; pub struct Size; {other}")), child]);
    // What the parent has from elsewhere is not the parent's.
    let size = ("r/size.rs", "pub struct Size;");
    let parent = ("r/mod.rs", "mod a; mod size; use size::Size; fn f() { a::a(Size) }");
    accepts(&[parent, child, size]);
}

#[test]
fn rooms_tests_and_lines_that_only_name_modules_are_no_arrows() {
    accepts(&[
        ("lib.rs", "pub mod r; pub mod s;"),
        ("r/mod.rs", "pub mod a; pub struct R; fn f(_: crate::s::S) {}"),
        ("r/a.rs", "pub struct A { r: super::R }"),
        ("s/mod.rs", "pub struct S { r: crate::r::R }"),
    ]);
    // A file of tests: by its name, by its folder, or by its `mod` line.
    accepts(&[
        ("r/mod.rs", "#[cfg(test)] mod long; #[cfg(test)] mod tests; mod a; pub struct R;"),
        ("r/a.rs", "use super::R;"),
        ("r/tests.rs", "use super::a::A;"),
        ("r/tests/b.rs", "use super::super::a::A;"),
        ("r/long.rs", "use super::a::A;"),
    ]);
}

#[test]
fn a_path_that_leads_nowhere_is_said() {
    let found = found(&[("r/mod.rs", "mod a;"), ("r/a.rs", "\nuse super::Lost;")]);
    assert_eq!(found.lost, ["src/r/a.rs:2: super::Lost"]);
    // What another crate defines is not lost.
    accepts(&[("r/mod.rs", "mod a; use pulp::Simd as Work;"), ("r/a.rs", "use super::Work;")]);
}
