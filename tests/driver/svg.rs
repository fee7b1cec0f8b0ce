//! The cells of a terminal's screen as a picture (SVG): text stays text, the dots of braille
//! charts are drawn, for few fonts have them.

use std::fmt::Write as _;

/// Width and height of a cell, in pixels.
const CELL: (u32, u32) = (9, 18);
const MARGIN: u32 = 12;
const BACKGROUND: (u8, u8, u8) = (18, 18, 18);
const FOREGROUND: (u8, u8, u8) = (204, 204, 204);
/// The sixteen colours that a terminal chooses.
const NAMED: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 49, 49),
    (13, 188, 121),
    (229, 229, 16),
    (36, 114, 200),
    (188, 63, 188),
    (17, 168, 205),
    (204, 204, 204),
    (102, 102, 102),
    (241, 76, 76),
    (35, 209, 139),
    (245, 245, 67),
    (59, 142, 234),
    (214, 112, 214),
    (41, 184, 219),
    (255, 255, 255),
];

fn rgb(colour: vt100::Color, default: (u8, u8, u8)) -> (u8, u8, u8) {
    match colour {
        vt100::Color::Default => default,
        vt100::Color::Rgb(r, g, b) => (r, g, b),
        vt100::Color::Idx(n) if n < 16 => NAMED[usize::from(n)],
        vt100::Color::Idx(n) if n < 232 => {
            let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let n = n - 16;
            (step(n / 36), step(n / 6 % 6), step(n % 6))
        }
        vt100::Color::Idx(n) => (8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232)),
    }
}

const BRAILLE: u8 = 1;

/// Signs that a font may lack are runs of their own: another font's width then moves nothing else.
fn class(sign: &str) -> u8 {
    match sign.chars().next() {
        Some('\u{2800}'..='\u{28ff}') => BRAILLE,
        Some('\u{2500}'..='\u{259f}') => 2,
        Some(' '..='~') => 0,
        _ => 3,
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Style {
    fore: (u8, u8, u8),
    back: (u8, u8, u8),
    bold: bool,
    italic: bool,
    underline: bool,
}

fn style(cell: &vt100::Cell) -> Style {
    let (mut fore, mut back) = (rgb(cell.fgcolor(), FOREGROUND), rgb(cell.bgcolor(), BACKGROUND));
    if cell.inverse() {
        (fore, back) = (back, fore);
    }
    if cell.dim() {
        let mix = |a: u8, b: u8| ((u16::from(a) * 6 + u16::from(b) * 4) / 10) as u8;
        fore = (mix(fore.0, back.0), mix(fore.1, back.1), mix(fore.2, back.2));
    }
    Style { fore, back, bold: cell.bold(), italic: cell.italic(), underline: cell.underline() }
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where the letters of a row stand.
pub fn baseline(row: u32) -> u32 {
    MARGIN + row * CELL.1 + 14
}

/// Text of one style: its first column, its columns, what it says.
struct Run {
    from: u32,
    columns: u32,
    text: String,
    style: Style,
    class: u8,
}

/// The dots of braille signs, each at its place in its cell.
fn write_dots(out: &mut String, row: u32, run: &Run) {
    let mut path = String::new();
    for (column, sign) in (run.from..).zip(run.text.chars()) {
        let bits = u32::from(sign).saturating_sub(0x2800) & 0xff;
        // Bits 0 to 2 go down on the left, 3 to 5 on the right, 6 and 7 are the last row.
        for bit in (0..8).filter(|bit| bits >> bit & 1 == 1) {
            let (right, down) = match bit {
                0..6 => (bit / 3, bit % 3),
                _ => (bit - 6, 3),
            };
            let x = f64::from(MARGIN + column * CELL.0) + 0.75 + 4.5 * f64::from(right);
            let y = f64::from(MARGIN + row * CELL.1) + 0.75 + 4.5 * f64::from(down);
            let _ = write!(path, "M{x} {y}h3v3h-3z");
        }
    }
    if !path.is_empty() {
        let _ = writeln!(out, "<path fill=\"{}\" d=\"{path}\"/>", hex(run.style.fore));
    }
}

fn write_run(out: &mut String, row: u32, run: &Run) {
    if run.class == BRAILLE {
        return write_dots(out, row, run);
    }
    let text = run.text.trim_end();
    let columns = run.columns - (run.text.len() - text.len()) as u32;
    if text.is_empty() {
        return;
    }
    let mut more = String::new();
    for (set, attribute) in [
        (run.style.bold, " font-weight=\"bold\""),
        (run.style.italic, " font-style=\"italic\""),
        (run.style.underline, " text-decoration=\"underline\""),
    ] {
        more += if set { attribute } else { "" };
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{more}>{}</text>",
        MARGIN + run.from * CELL.0,
        baseline(row),
        columns * CELL.0,
        hex(run.style.fore),
        escaped(text),
    );
}

/// The runs of a row. Two blanks part runs, so that columns stay where they are in any font.
fn runs(screen: &vt100::Screen, row: u32, columns: u32) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row as u16, column as u16) else { continue };
        if cell.is_wide_continuation() {
            continue;
        }
        let sign = if cell.has_contents() { cell.contents() } else { " " };
        let wide = if cell.is_wide() { 2 } else { 1 };
        let (style, class) = (style(cell), class(sign));
        match runs.last_mut() {
            Some(run)
                if run.from + run.columns == column
                    && run.style == style
                    && !(run.text.ends_with(' ') && sign == " ")
                    && (run.class == class || run.class != BRAILLE && sign == " ") =>
            {
                run.text += sign;
                run.columns += wide;
            }
            _ if sign == " " => {}
            _ => {
                runs.push(Run { from: column, columns: wide, text: sign.to_owned(), style, class });
            }
        }
    }
    runs
}

/// The screen as it stands, with a title for those who cannot see it.
pub fn picture(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (u32::from(rows.get()), u32::from(columns.get()));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" xml:space=\"preserve\" font-size=\"15\" \
         font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace\">\n\
         <title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n",
        escaped(title),
        hex(BACKGROUND),
    );
    for row in 0..rows {
        let mut column = 0;
        let back = |column: u32| {
            screen.cell(row as u16, column as u16).map_or(BACKGROUND, |cell| style(cell).back)
        };
        while column < columns {
            let colour = back(column);
            let end = (column..columns).find(|next| back(*next) != colour).unwrap_or(columns);
            if colour != BACKGROUND {
                let _ = writeln!(
                    out,
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
                    MARGIN + column * CELL.0,
                    MARGIN + row * CELL.1,
                    (end - column) * CELL.0,
                    CELL.1,
                    hex(colour),
                );
            }
            column = end;
        }
    }
    for row in 0..rows {
        for run in runs(screen, row, columns) {
            write_run(&mut out, row, &run);
        }
    }
    out + "</svg>\n"
}
