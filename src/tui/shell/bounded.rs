//! A terminal that is never larger than a screen can be: its cells are held in memory twice.

use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// The most columns and rows that are drawn: half a million cells. Whoever says that a terminal
/// has more (65,535 of each take gigabytes) gets its upper left part.
pub const MOST: (u16, u16) = (1_000, 500);

/// A size as far as it is drawn, in columns and rows.
pub fn bounded(columns: u16, rows: u16) -> (u16, u16) {
    (columns.min(MOST.0), rows.min(MOST.1))
}

/// A backend whose size is bounded.
#[derive(Debug)]
pub struct BoundedBackend<B>(pub B);

impl<B: Backend<Error = io::Error>> Backend for BoundedBackend<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.0.draw(content)
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.0.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.0.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        let size = self.0.size()?;
        let (width, height) = bounded(size.width, size.height);
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let window = self.0.window_size()?;
        let (width, height) = bounded(window.columns_rows.width, window.columns_rows.height);
        Ok(WindowSize { columns_rows: Size { width, height }, ..window })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_takes_more_than_half_a_million_cells() {
        assert_eq!(bounded(80, 24), (80, 24));
        assert_eq!(bounded(u16::MAX, u16::MAX), MOST);
        assert_eq!(bounded(400, u16::MAX), (400, MOST.1));
    }
}
