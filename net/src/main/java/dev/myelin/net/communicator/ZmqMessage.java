package dev.myelin.net.communicator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.pattern.JsonParts;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.TensorParts;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a callback is told, or a receiving call returns: one message under every name by which
/// somebody may want it.
///
/// What it holds beyond plain bytes and texts is valid until it is closed; of a callback, until
/// that returns.
public final class ZmqMessage implements AutoCloseable {
  private final Parts parts;
  private final int first;
  private final String source;
  private final TensorPool pool;
  private final @Nullable Request request;
  private TensorParts.@Nullable Named opened;

  /// @param first the part behind the topic
  ZmqMessage(Parts parts, int first, String source, TensorPool pool, @Nullable Request request) {
    this.parts = parts;
    this.first = Math.min(first, parts.count() - 1);
    this.source = source;
    this.pool = pool;
    this.request = request;
  }

  /// Returns where it came from, as an endpoint for people; empty if the pattern does not tell.
  public String source() {
    return source;
  }

  /// Returns its topic; empty if it has none.
  public String topic() {
    return first == 0 ? "" : parts.text(0);
  }

  /// Returns the bytes of its first frame.
  public byte[] data() {
    return parts.bytes(first);
  }

  /// Returns its first frame as text in UTF-8.
  public String string() {
    return parts.text(first);
  }

  /// Returns its first frame as JSON.
  ///
  /// @throws dev.myelin.wire.PeerException.Malformed if it is not
  public JsonNode obj() throws IOException {
    return JsonParts.read(parts, first);
  }

  /// Returns the bytes of all its frames.
  public List<byte[]> frames() {
    List<byte[]> all = new ArrayList<>();
    for (int i = first; i < parts.count(); i++) {
      all.add(parts.bytes(i));
    }
    return all;
  }

  /// Returns whether it seems to be a tensor.
  public boolean isTensor() {
    return TensorParts.isAt(parts, first);
  }

  /// Returns its tensor, borrowed.
  ///
  /// @throws dev.myelin.wire.PeerException.Malformed if it is not one, or not what it says
  public Tensor tensor() throws IOException {
    return opened().tensor();
  }

  /// Returns what its sender calls its tensor; otherwise as [#tensor].
  public String name() throws IOException {
    return opened().name();
  }

  /// Returns the extents of its tensor; otherwise as [#tensor].
  public Shape shape() throws IOException {
    return tensor().shape();
  }

  /// Returns the element type of its tensor; otherwise as [#tensor].
  public DType dtype() throws IOException {
    return tensor().dtype();
  }

  private TensorParts.Named opened() throws IOException {
    TensorParts.Named mine = opened;
    if (mine == null) {
      mine = TensorParts.open(parts, first, pool);
      opened = mine;
    }
    return mine;
  }

  /// Replies to it, from any thread, also after it was closed.
  ///
  /// @throws IllegalStateException if it is no request, or was replied to
  public void reply(byte[] answer) {
    Request asked = request;
    if (asked == null) {
      throw new IllegalStateException("reply: this message is no request (expected: one of REP)");
    }
    asked.reply(answer);
  }

  /// Replies to it with a tensor, which stays the caller's; otherwise as [#reply(byte\[\])].
  public void reply(Tensor tensor) throws IOException, InterruptedException {
    Request asked = request;
    if (asked == null) {
      throw new IllegalStateException("reply: this message is no request (expected: one of REP)");
    }
    asked.reply("", tensor);
  }

  /// Gives its memory back; twice is harmless.
  @Override
  public void close() {
    TensorParts.Named mine = opened;
    if (mine != null) {
      mine.close();
    }
    parts.close();
  }
}
