package dev.myelin.cli;

import dev.myelin.net.pattern.TensorParts;
import dev.myelin.wire.parts.Parts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The messages that a command sends, in order and at their pace.
///
/// Messages of files point into the files: close this after the socket that sends them.
final class MessageSource implements AutoCloseable {
  private static final int LINES_AHEAD = 1024;

  private final Supply supply;
  private final long most;
  private final long pauseNanos;
  private final long beginNanos = System.nanoTime();
  private long taken;

  private MessageSource(Supply supply, long most, long pauseNanos) {
    this.supply = supply;
    this.most = most;
    this.pauseNanos = pauseNanos;
  }

  /// Returns a message of these texts, then one of each tensor or other file, again and again.
  static MessageSource of(
      List<String> texts, List<String> files, @Nullable Long count, long pauseNanos)
      throws IOException {
    Repeating supply = new Repeating(texts, TensorSource.open(files, RawFormat.NONE));
    long most = supply.size();
    if (count != null) {
      most = count;
    } else if (pauseNanos > 0) {
      most = Long.MAX_VALUE;
    }
    return new MessageSource(supply, most, pauseNanos);
  }

  /// Returns a message of each line.
  static MessageSource lines(InputStream in, long most, long pauseNanos) {
    return new MessageSource(new Lines(in), most, pauseNanos);
  }

  /// Returns the next message once it is due; empty if that was all.
  Optional<Parts> next() throws IOException, InterruptedException {
    if (taken >= most) {
      return Optional.empty();
    }
    long dueNanos = beginNanos + taken * pauseNanos;
    TimeUnit.NANOSECONDS.sleep(taken == 0 ? 0 : dueNanos - System.nanoTime());
    taken++;
    return supply.next();
  }

  @Override
  public void close() {
    supply.close();
  }

  /// Where messages come from.
  private interface Supply {
    Optional<Parts> next() throws IOException, InterruptedException;

    void close();
  }

  /// The same few messages again and again.
  private static final class Repeating implements Supply {
    private final List<String> texts;
    private final TensorSource files;
    private int turn;

    Repeating(List<String> texts, TensorSource files) {
      this.texts = texts;
      this.files = files;
    }

    int size() {
      return files.tensors().size() + (texts.isEmpty() ? 0 : 1);
    }

    @Override
    public Optional<Parts> next() {
      int index = turn;
      turn = (turn + 1) % size();
      if (!texts.isEmpty() && index == 0) {
        return Optional.of(Parts.of(texts.toArray(String[]::new)));
      }
      TensorSource.Named named = files.tensors().get(texts.isEmpty() ? index : index - 1);
      Parts whole =
          named.isFile() ? Parts.of(named.tensor()) : TensorParts.of(named.name(), named.tensor());
      return Optional.of(whole.lend(() -> {})); // the file owns the memory, until this is closed
    }

    @Override
    public void close() {
      files.close();
    }
  }

  /// Lines as they come. A thread of its own reads, because a read of standard input cannot be
  /// interrupted.
  private static final class Lines implements Supply {
    private final LinkedBlockingQueue<Optional<String>> lines =
        new LinkedBlockingQueue<>(LINES_AHEAD);
    private final List<IOException> failure = new ArrayList<>(); // written before the end is told
    private final Thread reader;

    Lines(InputStream in) {
      reader = Thread.ofPlatform().daemon().name("my-input").start(() -> read(in));
    }

    private void read(InputStream in) {
      try {
        try {
          BufferedReader text =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
          for (String line = text.readLine(); line != null; line = text.readLine()) {
            lines.put(Optional.of(line));
          }
        } catch (IOException e) {
          failure.add(e);
        }
        lines.put(Optional.empty());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public Optional<Parts> next() throws IOException, InterruptedException {
      Optional<String> line = lines.take();
      if (line.isEmpty() && !failure.isEmpty()) {
        throw failure.getFirst();
      }
      return line.map(Parts::of);
    }

    @Override
    public void close() {
      reader.interrupt();
    }
  }
}
