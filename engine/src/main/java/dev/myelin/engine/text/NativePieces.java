package dev.myelin.engine.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Pieces and merges in the native library: text in, numbers out. For many threads at once; the
/// owner closes it.
final class NativePieces implements AutoCloseable {
  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

  // Those who cut share it; who closes has it alone, so that nobody cuts with what is gone.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  private NativePieces(long handle) {
    this.handle = handle;
  }

  /// Opens what a document in the form of `tokenizer.json` describes. The document must be our own:
  /// the library ends the process over some that are not.
  static NativePieces open(String document) throws IOException {
    NativeLibrary.load();
    return new NativePieces(LIBRARY.createTokenizerFromString(document));
  }

  /// Returns the tokens of a text without anything around it.
  long[] cut(String text) {
    lock.readLock().lock();
    try {
      if (handle == 0) {
        throw new IllegalStateException("tokenizer: closed (expected: open)");
      }
      long encoding = LIBRARY.encode(handle, text, false);
      try {
        return LIBRARY.getTokenIds(encoding);
      } finally {
        LIBRARY.deleteEncoding(encoding);
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (handle != 0) {
        LIBRARY.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
