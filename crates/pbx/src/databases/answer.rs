//! What a data base answers.

use super::DatabaseError;

/// One row: a value for each column, `None` for NULL.
pub type Row = Vec<Option<String>>;

/// What a data base answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The names of the columns; none where the statement has no rows to tell.
    pub columns: Vec<String>,
    /// The rows, as far as they were asked for.
    pub rows: Vec<Row>,
    /// How many rows the statement has changed, or has found to change.
    pub affected: u64,
}

/// How much of an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most rows: those behind them are left out.
    pub rows: usize,
    /// Most octets of all values together: more of them are an error.
    pub octets: usize,
}

impl Default for Bounds {
    /// One row that fits into a variable.
    fn default() -> Self {
        Self { rows: 1, octets: 64 << 10 }
    }
}

impl Answer {
    /// Takes a row, as long as it fits.
    pub(super) fn push(&mut self, row: Row, left: &mut usize, bounds: Bounds) -> Result<(), DatabaseError> {
        let octets = row.iter().flatten().map(String::len).sum::<usize>();
        *left = left.checked_sub(octets).ok_or(DatabaseError::TooLong(bounds.octets))?;
        self.rows.push(row);
        Ok(())
    }
}
