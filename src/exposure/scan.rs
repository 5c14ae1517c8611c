//! Reading a range of rows, in order and as fast as two connections can.
//!
//! The range is cut into pieces that the readers take in turn; the blocks of one piece come before
//! those of the next, so that "first" means first written. A piece is a short read of its own: it
//! keeps no writer of the log waiting, nor a write-ahead log from being merged.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rusqlite::{Connection, Row};

use super::LogError;
use super::table::{self, Shape, at};

/// How many connections read at once.
pub(super) const READERS: usize = 2;
/// The fewest row ids of a piece, and the most rows of a block.
const PIECE: u64 = 1 << 15;
/// The most pieces: row ids may lie far apart.
const MOST_PIECES: u64 = 1 << 14;
/// The rows between two row ids, the first not included.
const PIECE_ROWS: &str = "_rowid_ > ?1 AND _rowid_ <= ?2 ORDER BY _rowid_";
/// How many blocks a reader may be ahead.
const AHEAD: usize = 4;

/// The row ids to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    /// The one before the first.
    pub(super) after: i64,
    /// The last one.
    pub(super) through: i64,
}

impl Range {
    /// All that there are; none where there are no rows.
    pub(super) fn of_all(connection: &Connection) -> rusqlite::Result<Option<Self>> {
        // Each by itself: together they would read the whole log.
        let query = "SELECT (SELECT min(_rowid_) FROM user_assignments), \
                     (SELECT max(_rowid_) FROM user_assignments)";
        let bounds = connection.query_row(query, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(first), Some(through)): (Option<i64>, Option<i64>) = bounds else {
            return Ok(None);
        };
        let after = first.saturating_sub(1);
        Ok((after < through).then_some(Self { after, through }))
    }

    /// How much of it lies up to this row, 0 to 1.
    pub(super) fn fraction(self, row: i64) -> f64 {
        row.abs_diff(self.after) as f64 / self.through.abs_diff(self.after) as f64
    }
}

/// Turns rows into blocks.
pub(super) trait Decode {
    /// What became of neighbouring rows.
    type Block: Send;
    /// The columns without which a log can't be read.
    const COLUMNS: &'static [&'static str];
    /// The rows that `which` asks for.
    fn query(shape: &Shape, which: &str) -> String;
    /// Takes a row.
    fn take(&mut self, row: &Row) -> rusqlite::Result<()>;
    /// How many rows were taken since the last block.
    fn rows(&self) -> u64;
    /// What was taken since the last block; no row up to this id is left.
    fn finish_block(&mut self, through: i64) -> Self::Block;
}

/// A row's id, which every query asks for first. Asking SQLite for it takes time, which most rows
/// needn't.
pub(super) fn id(row: &Row) -> rusqlite::Result<i64> {
    row.get(0)
}

/// What to read, and how.
pub(super) struct Scan<'s, D> {
    pub(super) path: &'s Path,
    pub(super) range: Range,
    /// Makes the decoder of a reader.
    pub(super) decoder: &'s (dyn Fn() -> D + Sync),
}

/// What a reader sends.
enum Answer<B> {
    Block(B),
    EndOfPiece,
    Failed(LogError),
}

impl<D: Decode> Scan<'_, D> {
    /// Reads all of the range, and hands each block over with the number of its reader, until it
    /// is told to stop. `connection` is used where one reader is enough.
    pub(super) fn run(
        &self,
        connection: &Connection,
        shape: &Shape,
        merge: &mut dyn FnMut(usize, D::Block) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LogError> {
        let pieces = pieces(self.range);
        if let [piece] = pieces[..] {
            let mut decoder = (self.decoder)();
            let mut stopped = ControlFlow::Continue(());
            let read = read(connection, shape, piece, &mut decoder, &mut |block| {
                stopped = merge(0, block);
                stopped
            });
            return read.map(|()| stopped).map_err(at(self.path));
        }
        thread::scope(|scope| {
            let receivers: [Receiver<Answer<D::Block>>; READERS] = std::array::from_fn(|reader| {
                let (sender, receiver) = sync_channel(AHEAD);
                let own = pieces.iter().skip(reader).step_by(READERS);
                scope.spawn(move || self.read_pieces(own, &sender));
                receiver
            });
            for piece in 0..pieces.len() {
                let reader = piece % READERS;
                loop {
                    match receivers[reader].recv() {
                        Ok(Answer::Block(block)) => {
                            if merge(reader, block).is_break() {
                                return Ok(ControlFlow::Break(()));
                            }
                        }
                        Ok(Answer::Failed(error)) => return Err(error),
                        // A reader without a word has panicked, which the scope passes on.
                        Ok(Answer::EndOfPiece) | Err(_) => break,
                    }
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// A reader: sends the blocks of its pieces. Where nobody takes them any more, it ends.
    fn read_pieces<'p>(
        &self,
        pieces: impl Iterator<Item = &'p Range>,
        sender: &SyncSender<Answer<D::Block>>,
    ) {
        let read_all = || {
            let (connection, shape) = table::reader(self.path, D::COLUMNS)?;
            let mut decoder = (self.decoder)();
            for piece in pieces {
                let send = |answer| match sender.send(answer) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                };
                let read = read(&connection, &shape, *piece, &mut decoder, &mut |block| {
                    send(Answer::Block(block))
                });
                read.map_err(at(self.path))?;
                if send(Answer::EndOfPiece).is_break() {
                    return Ok(());
                }
            }
            Ok(())
        };
        if let Err(error) = read_all() {
            // Nobody is left to hear it only where the reading was stopped.
            let _ = sender.send(Answer::Failed(error));
        }
    }
}

/// The range in pieces, in order; at least one.
pub(super) fn pieces(range: Range) -> Vec<Range> {
    let ids = range.through.abs_diff(range.after);
    let length = PIECE.max(ids.div_ceil(MOST_PIECES));
    let mut pieces = Vec::new();
    let mut after = range.after;
    loop {
        let through = after.saturating_add_unsigned(length).min(range.through);
        pieces.push(Range { after, through });
        if through >= range.through {
            return pieces;
        }
        after = through;
    }
}

/// Reads one piece, and gives its rows in blocks until it is told to stop.
fn read<D: Decode>(
    connection: &Connection,
    shape: &Shape,
    piece: Range,
    decoder: &mut D,
    give: &mut dyn FnMut(D::Block) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&D::query(shape, PIECE_ROWS))?;
    let mut rows = statement.query((piece.after, piece.through))?;
    while let Some(row) = rows.next()? {
        decoder.take(row)?;
        if decoder.rows() == PIECE && give(decoder.finish_block(id(row)?)).is_break() {
            return Ok(());
        }
    }
    if decoder.rows() > 0 {
        // Told to stop or not, the piece is at its end.
        let _ = give(decoder.finish_block(piece.through));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_are_never_too_many() {
        let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, 32_768, 32_769, i64::MAX];
        for after in extremes {
            for through in extremes.into_iter().filter(|through| *through >= after) {
                let pieces = pieces(Range { after, through });
                assert!(pieces.len() as u64 <= MOST_PIECES);
                assert_eq!(
                    (pieces[0].after, pieces[pieces.len() - 1].through),
                    (after, through)
                );
                assert!(
                    pieces
                        .windows(2)
                        .all(|pair| pair[0].through == pair[1].after)
                );
            }
        }
    }
}
