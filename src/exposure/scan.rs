//! Reads a range of rows in order, with two connections.
//!
//! The range is cut into chunks that the readers take in turn. The blocks of one chunk come before those
//! of the next, so that "first" means first written. Each chunk is a short read of its own: it doesn't
//! keep writers waiting, or a write-ahead log from being merged.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder};

use super::LogError;
use super::engine::{LogSource, RowRange, TakeValues};
use super::value::Values;

/// The number of connections that read at once.
pub(super) const READERS: usize = 2;
/// The most rows of a block.
pub(super) const BLOCK: u64 = 1 << 15;
/// The number of blocks that a reader may be ahead.
const AHEAD: usize = 4;

/// Turns rows into blocks.
pub(super) trait Decode {
    /// The result of neighboring rows.
    type Block: Send;
    /// Takes a row. The id is a call because it costs some engines time, and few rows need it.
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64);
    /// Returns the number of rows since the last block.
    fn rows(&self) -> u64;
    /// Returns the rows since the last block as a block; all rows up to this id were read.
    fn finish_block(&mut self, last_row: i64) -> Self::Block;
}

/// What to read, and how.
pub(super) struct Scan<'s, D> {
    pub(super) range: RowRange,
    /// Creates the decoder of a reader.
    pub(super) decoder: &'s (dyn Fn() -> D + Sync),
}

/// What a reader sends.
enum ReaderMessage<B> {
    Block(B),
    EndOfChunk,
    Failed(LogError),
}

impl<D: Decode> Scan<'_, D> {
    /// Reads the range and passes each block with the index of its reader to `merge`, until it breaks. A
    /// single chunk is read by the source itself.
    pub(super) fn run(
        &self,
        source: &dyn LogSource,
        merge: &mut dyn FnMut(usize, D::Block) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LogError> {
        let chunks = self.range.chunks(source.chunk_rows());
        if let [chunk] = chunks[..] {
            let mut decoder = (self.decoder)();
            let mut stopped = ControlFlow::Continue(());
            read_chunk(source, chunk, &mut decoder, &mut |block| {
                stopped = merge(0, block);
                stopped
            })?;
            return Ok(stopped);
        }
        let mut sources = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            sources.push(source.reopen()?);
        }
        thread::scope(|scope| {
            let receivers = sources.into_iter().enumerate().map(|(reader, source)| {
                let (sender, receiver) = sync_channel(AHEAD);
                let own = chunks.iter().skip(reader).step_by(READERS);
                let read = move || self.read_chunks(&*source, own, &sender);
                let thread = Builder::new().spawn_scoped(scope, read);
                thread.map(|_| receiver).map_err(LogError::Thread)
            });
            let receivers: Result<Vec<Receiver<ReaderMessage<D::Block>>>, _> = receivers.collect();
            let receivers = receivers?;
            for chunk in 0..chunks.len() {
                let reader = chunk % READERS;
                loop {
                    match receivers[reader].recv() {
                        Ok(ReaderMessage::Block(block)) => {
                            if merge(reader, block).is_break() {
                                return Ok(ControlFlow::Break(()));
                            }
                        }
                        Ok(ReaderMessage::Failed(error)) => return Err(error),
                        // A reader that sent nothing has panicked; the scope propagates that.
                        Ok(ReaderMessage::EndOfChunk) | Err(_) => break,
                    }
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Reads chunks and sends their blocks until the receiver is gone.
    fn read_chunks<'p>(
        &self,
        source: &dyn LogSource,
        chunks: impl Iterator<Item = &'p RowRange>,
        sender: &SyncSender<ReaderMessage<D::Block>>,
    ) {
        let send = |answer| match sender.send(answer) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let mut decoder = (self.decoder)();
        for chunk in chunks {
            let read = read_chunk(source, *chunk, &mut decoder, &mut |block| {
                send(ReaderMessage::Block(block))
            });
            let (answer, is_last) = match read {
                Ok(()) => (ReaderMessage::EndOfChunk, false),
                Err(error) => (ReaderMessage::Failed(error), true),
            };
            // The receiver is gone only if the scan was stopped.
            if send(answer).is_break() || is_last {
                return;
            }
        }
    }
}

/// Passes rows to a decoder, and sends its blocks.
struct BlockSender<'b, D: Decode> {
    decoder: &'b mut D,
    send: &'b mut dyn FnMut(D::Block) -> ControlFlow<()>,
}

impl<D: Decode> TakeValues for BlockSender<'_, D> {
    fn take(&mut self, values: &Values, id: &dyn Fn() -> i64) -> ControlFlow<()> {
        self.decoder.take(values, id);
        if self.decoder.rows() < BLOCK {
            return ControlFlow::Continue(());
        }
        (self.send)(self.decoder.finish_block(id()))
    }
}

/// Reads one chunk and sends its rows in blocks until `send` breaks.
fn read_chunk<D: Decode>(
    source: &dyn LogSource,
    chunk: RowRange,
    decoder: &mut D,
    send: &mut dyn FnMut(D::Block) -> ControlFlow<()>,
) -> Result<(), LogError> {
    source.read(chunk, &mut BlockSender { decoder, send })?;
    if decoder.rows() > 0 {
        // The chunk ends here either way.
        let _ = send(decoder.finish_block(chunk.last));
    }
    Ok(())
}
