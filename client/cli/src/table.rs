//! Aligned columns.

use unicode_width::UnicodeWidthStr;

use crate::paint::{Paint, Role};
use crate::printable::printable;

/// Columns of a terminal that a cell may take; a longer one is cut and ends in `…`.
const CELL_WIDTH_MAX: usize = 60;

/// On which side a column is flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table that grows by rows and is laid out once, when all widths are known.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns. If every heading is empty there is no line of headings.
    pub(crate) fn new(columns: &[(&'static str, Align)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, with one cell a column.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len(), "one cell a column");
        self.rows.push(cells.into_iter().map(|cell| cut(&printable(&cell))).collect());
    }

    /// The lines, indented by two spaces, without space at their ends.
    pub(crate) fn render(&self, paint: Paint) -> String {
        let width = |index: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            cells.map(|cell| cell.width()).chain([self.columns[index].0.width()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = String::new();
        if self.columns.iter().any(|(heading, _)| !heading.is_empty()) {
            let headings: Vec<&str> = self.columns.iter().map(|column| column.0).collect();
            text.push_str(&paint.paint(Role::Faint, self.line(&headings, &widths)));
            text.push('\n');
        }
        for row in &self.rows {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            text.push_str(&self.line(&cells, &widths));
            text.push('\n');
        }
        text
    }

    fn line(&self, cells: &[&str], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.iter().zip(widths).zip(&self.columns) {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            line.push_str("  ");
            match align {
                Align::Left => line.extend([cell, space.as_str()]),
                Align::Right => line.extend([space.as_str(), cell]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// The cell, or as much of it as fits.
fn cut(cell: &str) -> String {
    if cell.width() <= CELL_WIDTH_MAX {
        return cell.to_owned();
    }
    let mut kept = String::new();
    for c in cell.chars() {
        kept.push(c);
        if kept.width() >= CELL_WIDTH_MAX {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::{Align, CELL_WIDTH_MAX, Table, cut};
    use crate::paint::{ColorChoice, Paint};

    #[test]
    fn columns_are_aligned_by_what_the_eye_sees() {
        let mut table =
            Table::new(&[("score", Align::Right), ("listing", Align::Left), ("x", Align::Left)]);
        table.row(["1,200".into(), "跑鞋".into(), "a".into()]);
        table.row(["7".into(), "café\n".into(), String::new()]);
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let expected = "  score  listing  x\n  1,200  跑鞋     a\n      7  café\n";
        assert_eq!(table.render(plain), expected);
    }

    #[test]
    fn without_headings_there_is_no_line_of_them() {
        let mut table = Table::new(&[("", Align::Left), ("", Align::Right)]);
        table.row(["listings".into(), "2".into()]);
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        assert_eq!(table.render(plain), "  listings  2\n");
    }

    #[test]
    fn a_long_cell_is_cut_where_it_stops_fitting() {
        let fits = "x".repeat(CELL_WIDTH_MAX);
        assert_eq!(cut(&fits), fits);
        assert_eq!(cut(&format!("{fits}x")), format!("{}…", "x".repeat(CELL_WIDTH_MAX - 1)));
        assert!(cut(&"鞋".repeat(CELL_WIDTH_MAX)).width() <= CELL_WIDTH_MAX);
    }
}
