//! Aligned columns: tables, and pairs of a name and what there is to say about it.

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

/// A table that grows by rows. It is laid out once, when all widths are known, or a part at a time.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    /// The rows that were not laid out yet.
    rows: Vec<Vec<String>>,
    /// The widths of the parts that were; empty before the first one.
    widths: Vec<usize>,
}

impl Table {
    /// A table with these columns. If every heading is empty there is no line of headings.
    pub(crate) fn new(columns: &[(&'static str, Align)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new(), widths: Vec::new() }
    }

    /// Adds a row, with one cell a column.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len(), "one cell a column");
        self.rows.push(cells.into_iter().map(|cell| cut(&printable(&cell))).collect());
    }

    /// The lines, indented by two spaces, without space at their ends.
    pub(crate) fn render(mut self, paint: Paint) -> String {
        self.render_part(paint)
    }

    /// The lines of the rows since the last part. The headings are in the first one; later ones are at least as wide, so
    /// that the columns go on where they can.
    pub(crate) fn render_part(&mut self, paint: Paint) -> String {
        if self.rows.is_empty() && self.widths.is_empty() {
            return String::new();
        }
        let is_first = self.widths.is_empty();
        let width = |index: usize| {
            let before = self.widths.get(index).copied().unwrap_or(self.columns[index].0.width());
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            cells.map(|cell| cell.width()).chain([before]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = String::new();
        if is_first && self.columns.iter().any(|(heading, _)| !heading.is_empty()) {
            let headings: Vec<&str> = self.columns.iter().map(|column| column.0).collect();
            text.push_str(&paint.paint(Role::Faint, self.line(&headings, &widths)));
            text.push('\n');
        }
        for row in std::mem::take(&mut self.rows) {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            text.push_str(&self.line(&cells, &widths));
            text.push('\n');
        }
        self.widths = widths;
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

/// Names and what there is to say about each, one a line, indented by two spaces. What is said is never cut.
pub(crate) fn pairs(rows: &[(String, String)], paint: Paint) -> String {
    let names: Vec<_> = rows.iter().map(|(name, _)| printable(name)).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, (_, said)) in names.iter().zip(rows) {
        let space = " ".repeat(width - name.width());
        let line = format!("  {}{space}  {}", paint.paint(Role::Faint, name), printable(said));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
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

    use super::{Align, CELL_WIDTH_MAX, Table, cut, pairs};
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
    fn a_part_goes_on_where_the_last_one_ended() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let mut table = Table::new(&[("id", Align::Left), ("bid", Align::Right)]);
        table.row(["a".into(), "1,200".into()]);
        assert_eq!(table.render_part(plain), "  id    bid\n  a   1,200\n");
        table.row(["b".into(), "7".into()]);
        assert_eq!(table.render_part(plain), "  b       7\n");
        table.row(["longer".into(), "7".into()]);
        assert_eq!(table.render_part(plain), "  longer      7\n");
        assert_eq!(table.render_part(plain), "");
    }

    #[test]
    fn pairs_are_aligned_and_never_cut() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let long = "x".repeat(CELL_WIDTH_MAX + 1);
        let rows = [
            ("跑鞋".into(), long.clone()),
            ("a".into(), "b\n".into()),
            ("c".into(), String::new()),
        ];
        assert_eq!(pairs(&rows, plain), format!("  跑鞋  {long}\n  a     b\n  c\n"));
        assert_eq!(pairs(&[], plain), "");
    }

    #[test]
    fn a_long_cell_is_cut_where_it_stops_fitting() {
        let fits = "x".repeat(CELL_WIDTH_MAX);
        assert_eq!(cut(&fits), fits);
        assert_eq!(cut(&format!("{fits}x")), format!("{}…", "x".repeat(CELL_WIDTH_MAX - 1)));
        assert!(cut(&"鞋".repeat(CELL_WIDTH_MAX)).width() <= CELL_WIDTH_MAX);
    }
}
