//! Buffers a frame until it is complete, so that it reaches the terminal in one write.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// A writer that buffers everything; its clones share the bytes. Flushing does nothing, since the
/// backend flushes in the middle of a frame.
#[derive(Clone, Debug, Default)]
pub(super) struct FrameBuffer(Arc<Mutex<Vec<u8>>>);

impl FrameBuffer {
    /// Writes the buffer to `out` and clears it, even if writing fails: half a frame is useless to a
    /// terminal that comes back.
    pub(super) fn send(&self, out: &mut impl Write) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        out.write_all(&bytes)?;
        out.flush()
    }
}

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Writes(Vec<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_write_whatever_is_flushed_in_between() -> io::Result<()> {
        let frame = FrameBuffer::default();
        let mut backend = frame.clone();
        backend.write_all(b"one ")?;
        backend.flush()?;
        backend.write_all(b"two")?;

        let mut writes = Writes::default();
        frame.send(&mut writes)?;
        assert_eq!(writes.0, [b"one two".to_vec()]);

        let mut later = Writes::default();
        frame.send(&mut later)?;
        assert_eq!(later.0, Vec::<Vec<u8>>::new());
        Ok(())
    }
}
