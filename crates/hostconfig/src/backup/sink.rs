//! A bundle on its way into its file. The end of it, which most often is all of it, stays in memory until the bundle is
//! proven and committed: that takes one trip to the threads that may block on files, and not one a piece.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sha2::{Digest, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

/// A bundle is tens of KiB to a few MiB.
const MOST_HELD: usize = 256 * 1024;

/// Where a bundle is downloaded to. It hashes what it is given.
pub(super) struct Sink {
    file: tokio::fs::File,
    /// What is not in the file yet.
    held: Vec<u8>,
    sha256: Sha256,
}

/// A bundle that has arrived, not all of it in its file.
pub(super) struct Received {
    file: File,
    rest: Vec<u8>,
    /// In lower-case hexadecimal.
    pub(super) sha256: String,
}

impl Sink {
    pub(super) fn new(file: File) -> Self {
        let file = tokio::fs::File::from_std(file);
        Self { file, held: Vec::new(), sha256: Sha256::new() }
    }

    /// Nothing more will come.
    pub(super) async fn end(mut self) -> io::Result<Received> {
        // What is being written by now; nothing for a bundle that is held as a whole.
        self.file.flush().await?;
        let file = self.file.into_std().await;
        Ok(Received { file, rest: self.held, sha256: hex::encode(self.sha256.finalize()) })
    }
}

impl Received {
    /// Writes what is not in the file yet. The file can be read from its beginning then.
    pub(super) fn write(mut self) -> io::Result<File> {
        self.file.write_all(&self.rest)?;
        self.file.rewind()?;
        Ok(self.file)
    }
}

impl AsyncWrite for Sink {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sink = self.get_mut();
        if sink.held.len() + bytes.len() > MOST_HELD {
            while !sink.held.is_empty() {
                let written = ready!(Pin::new(&mut sink.file).poll_write(cx, &sink.held))?;
                sink.held.drain(..written);
            }
        }
        sink.sha256.update(bytes);
        sink.held.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    /// Whatever is held is written in the end.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[tokio::test]
    async fn every_byte_arrives_whatever_the_pieces() {
        for (pieces, length) in
            [(0, 0), (1, 1), (3, 1000), (16, 16 * 1024), (17, 16 * 1024), (90, 10_007), (3, 300_000)]
        {
            let whole: Vec<u8> = (0..pieces * length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let folder = tempfile::tempdir().unwrap();
            let file = crate::files::create_private_file(&folder.path().join("bundle")).unwrap();
            let mut sink = Sink::new(file);
            for piece in whole.chunks(length.max(1)) {
                sink.write_all(piece).await.unwrap();
            }
            sink.flush().await.unwrap();
            let received = sink.end().await.unwrap();
            assert_eq!(received.sha256, hex::encode(Sha256::digest(&whole)));
            let mut read = Vec::new();
            received.write().unwrap().read_to_end(&mut read).unwrap();
            assert!(read == whole, "{pieces} pieces of {length} bytes");
        }
    }
}
