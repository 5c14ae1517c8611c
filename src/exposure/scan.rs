//! Reading a range of rows, in order and as fast as two connections can.
//!
//! The range is cut into pieces that the readers take in turn; the blocks of one piece come before
//! those of the next, so that "first" means first written. A piece is a short read of its own: it
//! keeps no writer of the log waiting, nor a write-ahead log from being merged.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder};

use super::LogError;
use super::engine::Source;
use super::value::Values;

/// How many connections read at once.
pub(super) const READERS: usize = 2;
/// The most rows of a block.
pub(super) const BLOCK: u64 = 1 << 15;
/// The most pieces: row ids may lie far apart.
const MOST_PIECES: u64 = 1 << 14;
/// How many blocks a reader may be ahead.
const AHEAD: usize = 4;

/// The row ids to read, at least one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) first: i64,
    /// The last one.
    pub(super) through: i64,
}

impl Range {
    /// All that there are; none where there are no rows.
    pub(super) fn of_all(source: &dyn Source) -> Result<Option<Self>, LogError> {
        Self::starting_at(source, i64::MIN)
    }

    /// All from this row id on; none where there are no such rows.
    pub(super) fn starting_at(source: &dyn Source, row: i64) -> Result<Option<Self>, LogError> {
        let range = |(first, through)| Self { first, through };
        Ok(source.bounds(row)?.map(range))
    }

    /// In pieces of so many row ids or more, in order; at least one.
    pub(super) fn pieces(self, piece: u64) -> Vec<Self> {
        // One less than the row ids, which may be more than a number can say.
        let beyond_first = self.through.abs_diff(self.first);
        let length = piece.max(beyond_first / MOST_PIECES + 1);
        let mut pieces = Vec::new();
        let mut first = self.first;
        loop {
            let through = first.saturating_add_unsigned(length - 1);
            let through = through.min(self.through);
            pieces.push(Self { first, through });
            if through >= self.through {
                return pieces;
            }
            first = through + 1;
        }
    }

    /// How much of it lies up to this row, which is one of it: above 0, at most 1.
    pub(super) fn fraction(self, row: i64) -> f64 {
        let rows_up_to = |row: i64| row.abs_diff(self.first) as f64 + 1.0;
        rows_up_to(row) / rows_up_to(self.through)
    }
}

/// Turns rows into blocks.
pub(super) trait Decode {
    /// What became of neighbouring rows.
    type Block: Send;
    /// Takes a row. Its id costs some engines time, which most rows needn't.
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64);
    /// How many rows were taken since the last block.
    fn rows(&self) -> u64;
    /// What was taken since the last block; no row up to this id is left.
    fn finish_block(&mut self, through: i64) -> Self::Block;
}

/// Where a source puts the rows of a piece.
pub(super) trait TakeValues {
    /// Takes the next row, and says whether to go on.
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) -> ControlFlow<()>;
}

/// What to read, and how.
pub(super) struct Scan<'s, D> {
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
    /// is told to stop. Where one reader is enough, it is the source itself.
    pub(super) fn run(
        &self,
        source: &dyn Source,
        merge: &mut dyn FnMut(usize, D::Block) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LogError> {
        let pieces = self.range.pieces(source.piece());
        if let [piece] = pieces[..] {
            let mut decoder = (self.decoder)();
            let mut stopped = ControlFlow::Continue(());
            read(source, piece, &mut decoder, &mut |block| {
                stopped = merge(0, block);
                stopped
            })?;
            return Ok(stopped);
        }
        let mut sources = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            sources.push(source.again()?);
        }
        thread::scope(|scope| {
            let receivers = sources.into_iter().enumerate().map(|(reader, source)| {
                let (sender, receiver) = sync_channel(AHEAD);
                let own = pieces.iter().skip(reader).step_by(READERS);
                let read = move || self.read_pieces(&*source, own, &sender);
                let thread = Builder::new().spawn_scoped(scope, read);
                thread.map(|_| receiver).map_err(LogError::Thread)
            });
            let receivers: Result<Vec<Receiver<Answer<D::Block>>>, _> = receivers.collect();
            let receivers = receivers?;
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
        source: &dyn Source,
        pieces: impl Iterator<Item = &'p Range>,
        sender: &SyncSender<Answer<D::Block>>,
    ) {
        let send = |answer| match sender.send(answer) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let mut decoder = (self.decoder)();
        for piece in pieces {
            let read = read(source, *piece, &mut decoder, &mut |block| {
                send(Answer::Block(block))
            });
            let (answer, is_last) = match read {
                Ok(()) => (Answer::EndOfPiece, false),
                Err(error) => (Answer::Failed(error), true),
            };
            // Nobody is left to hear it only where the reading was stopped.
            if send(answer).is_break() || is_last {
                return;
            }
        }
    }
}

/// Rows on their way to a decoder, and its blocks to who asked.
struct Blocks<'b, D: Decode> {
    decoder: &'b mut D,
    give: &'b mut dyn FnMut(D::Block) -> ControlFlow<()>,
}

impl<D: Decode> TakeValues for Blocks<'_, D> {
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) -> ControlFlow<()> {
        self.decoder.take(values, id);
        if self.decoder.rows() < BLOCK {
            return ControlFlow::Continue(());
        }
        (self.give)(self.decoder.finish_block(id()))
    }
}

/// Reads one piece, and gives its rows in blocks until it is told to stop.
fn read<D: Decode>(
    source: &dyn Source,
    piece: Range,
    decoder: &mut D,
    give: &mut dyn FnMut(D::Block) -> ControlFlow<()>,
) -> Result<(), LogError> {
    source.read(piece, &mut Blocks { decoder, give })?;
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
        for first in extremes {
            for through in extremes.into_iter().filter(|through| *through >= first) {
                let pieces = Range { first, through }.pieces(BLOCK);
                assert!(pieces.len() as u64 <= MOST_PIECES);
                assert_eq!(
                    (pieces[0].first, pieces[pieces.len() - 1].through),
                    (first, through)
                );
                assert!(
                    pieces
                        .windows(2)
                        .all(|pair| pair[0].through + 1 == pair[1].first)
                );
            }
        }
    }
}
