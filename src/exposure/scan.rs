//! Reading a range of rows, in order and as fast as two connections can.
//!
//! The range is cut into pieces that the readers take in turn; the blocks of one piece come before
//! those of the next, so that "first" means first written. A piece is a short read of its own: it
//! keeps no writer of the log waiting, nor a write-ahead log from being merged.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use foldhash::quality::RandomState;
use rusqlite::Connection;

use super::LogError;
use super::row::{Block, Decoder, id, query};
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

/// What to read.
pub(super) struct Scan<'s> {
    pub(super) path: &'s Path,
    pub(super) range: Range,
    /// Exposures before this time are left out, in microseconds since 1970.
    pub(super) since: i64,
    /// What units are hashed with, by all readers alike.
    pub(super) hashing: RandomState,
}

/// What a reader sends.
enum Answer {
    Block(Block),
    EndOfPiece,
    Failed(LogError),
}

impl Scan<'_> {
    /// Reads all of the range, and hands each block over with the number of its reader, until it
    /// is told to stop. `connection` is used where one reader is enough.
    pub(super) fn run(
        &self,
        connection: &Connection,
        shape: &Shape,
        merge: &mut dyn FnMut(usize, Block) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LogError> {
        let pieces = pieces(self.range);
        if let [piece] = pieces[..] {
            let mut decoder = Decoder::new(self.hashing.clone(), self.since);
            let mut stopped = ControlFlow::Continue(());
            let read = read(connection, shape, piece, &mut decoder, &mut |block| {
                stopped = merge(0, block);
                stopped
            });
            return read.map(|()| stopped).map_err(at(self.path));
        }
        thread::scope(|scope| {
            let receivers: [Receiver<Answer>; READERS] = std::array::from_fn(|reader| {
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
        sender: &SyncSender<Answer>,
    ) {
        let read_all = || {
            let (connection, shape) = table::reader(self.path)?;
            let mut decoder = Decoder::new(self.hashing.clone(), self.since);
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
fn pieces(range: Range) -> Vec<Range> {
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
fn read(
    connection: &Connection,
    shape: &Shape,
    piece: Range,
    decoder: &mut Decoder,
    give: &mut dyn FnMut(Block) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&query(shape, PIECE_ROWS))?;
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
