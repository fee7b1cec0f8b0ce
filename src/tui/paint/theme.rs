//! Colours and glyphs: on a dark or light terminal, without colour, in ASCII.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::chart::Hue;
use crate::purchases::Status;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: NO_COLOR, or a terminal without.
    Mono,
    /// The 256-colour palette.
    Indexed,
    /// 24 bits.
    True,
}

/// What the terminal can show and what its background is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether the background is light.
    pub light: bool,
    /// How many colours.
    pub depth: Depth,
    /// Whether only ASCII may be written.
    pub ascii: bool,
}

impl Theme {
    /// A dark 24-bit theme.
    #[cfg(test)]
    pub const DARK: Theme = Theme { light: false, depth: Depth::True, ascii: false };

    /// A colour as this terminal can show it; `None` without colours.
    pub fn colour(self, (r, g, b): (u8, u8, u8)) -> Option<Color> {
        match self.depth {
            Depth::Mono => None,
            Depth::True => Some(Color::Rgb(r, g, b)),
            Depth::Indexed => Some(Color::Indexed(nearest_indexed(r, g, b))),
        }
    }

    /// The style of a series of this hue, dark enough on a light background.
    pub fn hue(self, hue: Hue) -> Style {
        let (r, g, b) = hue.rgb();
        let rgb = if self.light { (r / 10 * 7, g / 10 * 7, b / 10 * 7) } else { (r, g, b) };
        self.colour(rgb).map_or(Style::new(), |colour| Style::new().fg(colour))
    }

    /// A pale colour of this hue, for bands behind lines.
    pub fn pale(self, hue: Hue) -> Option<Color> {
        let (r, g, b) = hue.rgb();
        let ground = if self.light { 255.0 } else { 18.0 };
        let mix = |c: u8| (0.72 * ground + 0.28 * f64::from(c)).round() as u8;
        self.colour((mix(r), mix(g), mix(b)))
    }

    /// The character of a series in ASCII, so that lines differ by more than colour.
    pub fn ascii_glyph(hue: Hue) -> char {
        match hue {
            Hue::Sky => 'o',
            Hue::Orange => '*',
            Hue::Green => '+',
            Hue::Purple => 'x',
            Hue::Vermilion => '#',
            Hue::Blue => '@',
            Hue::Yellow => '%',
            Hue::Grey => '.',
        }
    }

    /// Plain text.
    pub fn text(self) -> Style {
        Style::new()
    }

    /// What matters less.
    pub fn dim(self) -> Style {
        let grey = if self.light { (95, 95, 95) } else { (140, 140, 140) };
        self.colour(grey)
            .map_or(Style::new().add_modifier(Modifier::DIM), |grey| Style::new().fg(grey))
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Borders.
    pub fn border(self) -> Style {
        let grey = if self.light { (170, 170, 170) } else { (80, 80, 80) };
        self.colour(grey)
            .map_or(Style::new().add_modifier(Modifier::DIM), |grey| Style::new().fg(grey))
    }

    /// The knob, line or tab that is chosen.
    pub fn chosen(self) -> Style {
        self.hue(Hue::Sky).add_modifier(Modifier::BOLD)
    }

    /// Text that the next letter replaces.
    pub fn selected(self) -> Style {
        self.chosen().add_modifier(Modifier::REVERSED)
    }

    /// Keys in the footer.
    pub fn key(self) -> Style {
        self.chosen()
    }

    /// A warning or a refusal.
    pub fn alarm(self) -> Style {
        self.hue(Hue::Vermilion).add_modifier(Modifier::BOLD)
    }

    /// Something that holds.
    pub fn good(self) -> Style {
        self.hue(Hue::Green)
    }

    /// Something to look at twice: the share that clipping drops.
    pub fn care(self) -> Style {
        self.hue(Hue::Orange)
    }

    /// A label on a filled ground.
    pub fn badge(self, hue: Hue) -> Style {
        match self.colour(hue.rgb()) {
            Some(ground) => Style::new().bg(ground).fg(Color::Black).add_modifier(Modifier::BOLD),
            None => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        }
    }

    /// The badge of a data status.
    pub fn status(self, status: Status) -> Style {
        self.badge(match status {
            Status::Private => Hue::Orange,
            Status::Historical => Hue::Yellow,
            Status::Synthetic => Hue::Green,
            Status::Public => Hue::Sky,
        })
    }
}

/// The nearest of the 6x6x6 cube and the grey ramp of the 256-colour palette.
fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |c: u8| (0..6u8).min_by_key(|&i| STEPS[i as usize].abs_diff(c)).unwrap_or(0);
    let distance = |(x, y, z): (u8, u8, u8)| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(x, r) + square(y, g) + square(z, b)
    };
    let (i, j, k) = (step(r), step(g), step(b));
    let cube = (STEPS[i as usize], STEPS[j as usize], STEPS[k as usize]);
    let mean = ((u16::from(r) + u16::from(g) + u16::from(b)) / 3) as u8;
    let grey_step = (mean.saturating_sub(3) / 10).min(23);
    let grey = 8 + 10 * grey_step;
    if distance((grey, grey, grey)) < distance(cube) {
        232 + grey_step
    } else {
        16 + 36 * i + 6 * j + k
    }
}

/// Replaces every glyph that is not ASCII by one that is, cell by cell.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let plain = ascii(cell.symbol().chars().next().unwrap_or('?'));
            cell.set_char(plain);
        }
    }
}

/// Text with every glyph that is not ASCII replaced by one that is.
pub fn text_to_ascii(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c } else { ascii(c) }).collect()
}

/// One ASCII character in place of another glyph.
fn ascii(c: char) -> char {
    match c {
        'ε' => 'e',
        'δ' => 'd',
        'σ' => 's',
        'τ' => 't',
        'Δ' => 'D',
        '√' => 'v',
        '₁' => '1',
        '₂' => '2',
        '²' => '2',
        '±' => '~',
        '·' | '•' | '…' | '∙' => '.',
        '×' => 'x',
        '━' => '=',
        '△' => 'A',
        '−' | '–' | '—' | '─' | '╌' | '┄' => '-',
        '│' | '┃' | '┆' | '╎' | '┊' | '▏' | '▕' | '▐' | '▌' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => {
            '+'
        }
        '█' | '▇' | '▆' | '▓' => '#',
        '▅' | '▄' | '▃' | '▒' => '=',
        '▂' | '▁' | '░' => '_',
        '●' => 'o',
        '◆' => '*',
        '▸' | '▶' | '→' => '>',
        '◂' | '◀' | '←' => '<',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '✓' => '+',
        '✗' => 'x',
        '≤' => '<',
        '≥' => '>',
        '∞' => 'i',
        '’' | '‘' => '\'',
        '£' => 'L',
        '€' => 'E',
        '\u{2800}' => ' ',
        c if ('\u{2801}'..='\u{28ff}').contains(&c) => '*',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'à' | 'á' | 'â' | 'ä' => 'a',
        'ö' | 'ó' | 'ô' => 'o',
        'ü' | 'ù' | 'û' => 'u',
        'ç' => 'c',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palette_of_256_holds_its_own_colours() {
        assert_eq!(nearest_indexed(0, 0, 0), 16);
        assert_eq!(nearest_indexed(255, 255, 255), 231);
        assert_eq!(nearest_indexed(95, 135, 175), 67);
        assert_eq!(nearest_indexed(128, 128, 128), 244);
    }

    #[test]
    fn every_glyph_becomes_one_ascii_character() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 9, 1));
        buffer.set_string(0, 0, "ε ± ⣿ █ ♥", Style::new());
        to_ascii(&mut buffer);
        let line: String = buffer.content.iter().map(|cell| cell.symbol().to_owned()).collect();
        assert_eq!(line, "e ~ * # ?");
    }
}
