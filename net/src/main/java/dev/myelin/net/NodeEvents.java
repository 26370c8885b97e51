package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Parked;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells a node's listeners what happens, and counts it.
final class NodeEvents {
  private static final System.Logger LOG = System.getLogger(Node.class.getName());

  private final List<NodeListener> listeners = new CopyOnWriteArrayList<>();
  private final Counters counters;

  NodeEvents(Counters counters) {
    this.counters = counters;
  }

  void add(NodeListener listener) {
    listeners.add(listener);
  }

  /// Returns whether somebody is told.
  boolean watched() {
    return !listeners.isEmpty();
  }

  void connected(KnownPeer peer, Connection connection) {
    PeerId id = peer.idOrAddress(connection);
    LOG.log(System.Logger.Level.DEBUG, "{0}: connected with {1}", connection.remote(), id);
    Flight.connected(id, connection.remote(), connection.dialect());
    tell(l -> l.connected(id, connection.remote(), connection.dialect()));
  }

  void disconnected(KnownPeer peer, Connection connection, String reason) {
    PeerId id = peer.idOrAddress(connection);
    LOG.log(
        System.Logger.Level.DEBUG,
        "{0}: disconnected from {1}: {2}",
        connection.remote(),
        id,
        reason);
    Flight.disconnected(id, connection.remote(), reason);
    tell(l -> l.disconnected(id, connection.remote(), reason));
  }

  void refused(Endpoint remote, String reason) {
    Flight.refused(remote, reason);
    tell(l -> l.refused(remote, reason));
  }

  void discoveryFailed(String means, String reason) {
    LOG.log(System.Logger.Level.WARNING, "discovery by {0}: {1}", means, reason);
    tell(l -> l.discoveryFailed(means, reason));
  }

  void failed(KnownPeer peer, PeerException cause) {
    peer.note(String.valueOf(cause.getMessage()));
  }

  void sent(KnownPeer peer, long bytes) {
    peer.addSent(bytes);
    Flight.sent(bytes);
    counters.add(Counters.Counter.TENSORS_SENT);
    counters.add(Counters.Counter.TENSOR_BYTES_SENT, bytes);
  }

  /// Notes that bytes of a tensor were compressed, and into how many.
  void packed(long plainBytes, long sentBytes) {
    counters.add(Counters.Counter.TENSOR_BYTES_PACKED, plainBytes);
    counters.add(Counters.Counter.TENSOR_BYTES_SAVED, Math.max(0, plainBytes - sentBytes));
  }

  void received(KnownPeer peer, int stream, TensorHeader header, long bytes) {
    peer.addReceived(bytes);
    Flight.received(bytes);
    counters.add(Counters.Counter.TENSORS_RECEIVED);
    counters.add(Counters.Counter.TENSOR_BYTES_RECEIVED, bytes);
    peer.id().ifPresent(id -> tell(l -> l.received(id, stream, header.name(), bytes)));
  }

  void receivedRaw(KnownPeer peer, long bytes) {
    peer.addReceived(bytes);
    Flight.received(bytes);
    counters.add(Counters.Counter.TENSORS_RECEIVED);
    counters.add(Counters.Counter.TENSOR_BYTES_RECEIVED, bytes);
  }

  void resuming(KnownPeer peer, String name, long fromBytes, long totalBytes) {
    peer.id().ifPresent(id -> tell(l -> l.resuming(id, name, fromBytes, totalBytes)));
  }

  void cancelled() {
    counters.add(Counters.Counter.STREAMS_CANCELLED);
  }

  void dropped() {
    counters.add(Counters.Counter.TENSORS_DROPPED);
  }

  void declined() {
    counters.add(Counters.Counter.STREAMS_DECLINED);
  }

  void opaque() {
    counters.add(Counters.Counter.OPAQUE_FRAMES);
  }

  /// Returns the same landing, with listeners told of what lands.
  Landing watching(KnownPeer peer, Landing landing) {
    return new Told(peer, landing);
  }

  void abandoned(KnownPeer peer, int stream, TensorHeader header, String reason) {
    peer.id().ifPresent(id -> tell(l -> l.abandoned(id, stream, header.name(), reason)));
  }

  private void tell(Consumer<NodeListener> event) {
    for (NodeListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "a node listener failed", e);
      }
    }
  }

  /// A landing whose listeners are told.
  private final class Told implements Landing {
    private final KnownPeer peer;
    private final Landing landing;

    private Told(KnownPeer peer, Landing landing) {
      this.peer = peer;
      this.landing = landing;
    }

    @Override
    public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
      Tensor tensor = landing.land(stream, header);
      peer.id()
          .ifPresent(id -> tell(l -> l.receiving(id, stream, header.name(), header.byteSize())));
      return tensor;
    }

    @Override
    public void parked(Parked stream) {
      landing.parked(stream);
    }

    @Override
    public Tensor stash(int stream, long bytes) throws PeerException {
      return landing.stash(stream, bytes);
    }

    @Override
    public long window(int stream, TensorHeader header) {
      return landing.window(stream, header);
    }

    @Override
    public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
      return landing.landChunk(stream, sequence, bytes);
    }

    @Override
    public @Nullable Resumed resume(int stream, TensorHeader header, long bytes)
        throws PeerException {
      Resumed resumed = landing.resume(stream, header, bytes);
      peer.id()
          .ifPresent(
              id -> {
                tell(l -> l.receiving(id, stream, header.name(), header.byteSize()));
                tell(l -> l.progressed(id, stream, bytes));
              });
      return resumed;
    }

    @Override
    public void prepare(int stream, TensorHeader header, long upToBytes) throws PeerException {
      landing.prepare(stream, header, upToBytes);
    }

    @Override
    public Tensor adopt(int stream, TensorHeader header, Tensor foreign) throws PeerException {
      peer.id()
          .ifPresent(id -> tell(l -> l.receiving(id, stream, header.name(), header.byteSize())));
      return landing.adopt(stream, header, foreign);
    }

    @Override
    public void landed(int stream, TensorHeader header, long bytesSoFar) {
      landing.landed(stream, header, bytesSoFar);
      if (listeners.isEmpty()) {
        return; // this is once a frame
      }
      peer.id().ifPresent(id -> tell(l -> l.progressed(id, stream, bytesSoFar)));
    }

    @Override
    public void abandoned(int stream, TensorHeader header, String reason) {
      landing.abandoned(stream, header, reason);
      NodeEvents.this.abandoned(peer, stream, header, reason);
    }
  }
}
