package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Precedence;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.pack.Packing;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One connection of a node at work: its reader, and the tensors that leave over it.
final class Conversation {
  private final Connection connection;
  private final KnownPeer peer;
  private final NodeEvents events;
  private final Intake intake;
  private final Packings packings;
  private final Map<Integer, Sending> sendings = new ConcurrentHashMap<>();

  /// What a conversation tells its node beyond tensors.
  interface Gossip {
    /// Takes contacts, or that there is a service.
    void heard(KnownPeer from, Message word);
  }

  Conversation(Connection connection, KnownPeer peer, NodeEvents events, Intake intake) {
    this.connection = connection;
    connection.readByReader();
    this.peer = peer;
    this.events = events;
    this.intake = intake;
    this.packings = Packings.of(connection, events::packed);
    if (connection.features().windows()) {
      Lodging lodging = intake.lodge(new Host());
      if (lodging != null) {
        connection.watch(lodging);
      }
    }
  }

  /// What the streams that wait for memory need of this.
  private final class Host implements Lodging.Host {
    @Override
    public String name() {
      return connection.remote() + " " + peer.idOrAddress(connection).brief();
    }

    @Override
    public long leastRoundTripNanos() {
      return connection.leastRoundTripNanos();
    }

    @Override
    public void handle(Message message) throws IOException, InterruptedException {
      PeerId from = peer.idOrAddress(connection);
      switch (message) {
        case Message.Credit credit -> connection.answer(credit);
        case Message.Transfer transfer -> {
          whole(from, transfer);
          intake.announce();
        }
        case Message.Declined declined -> declined(declined);
        default -> throw new IllegalStateException("from a stream that waited: " + message);
      }
    }

    @Override
    public void decline(int stream, String text) {
      connection.decline(stream, FaultCode.OVERLOADED, text);
    }

    @Override
    public void owing() {
      connection.owing();
    }

    @Override
    public void settled() {
      connection.settled();
    }
  }

  Connection connection() {
    return connection;
  }

  boolean open() {
    return connection.state() == Connection.State.OPEN;
  }

  boolean proven() {
    return connection.introduction().proof() == Introduction.Proof.MUTUAL;
  }

  /// Returns whether we dialled both, at one address and port, and the other is open.
  boolean isDialledLike(Conversation other) {
    return other.open()
        && !connection.inbound()
        && !other.connection.inbound()
        && connection.link().address().equals(other.connection.link().address())
        && connection.remote().port() == other.connection.remote().port();
  }

  /// Returns how the last of it was compressed.
  Compression compression() {
    return packings.present();
  }

  /// Sends a tensor; waits for the receiver's word if its header has a digest.
  Receipt send(TensorHeader header, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException {
    return send(header, tensor, options, System.nanoTime(), connection::send);
  }

  /// Sends a tensor, takes it over, and waits for the receiver's word.
  Receipt give(TensorHeader header, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException {
    return send(header, tensor, options, System.nanoTime(), connection::give);
  }

  /// Sends a tensor, all of it or what the receiver does not have, and waits for its word.
  ///
  /// @param begunNanos from when on the deadline counts
  Receipt deliver(TensorHeader header, Tensor tensor, SendOptions options, long begunNanos)
      throws IOException, InterruptedException {
    boolean asks =
        header.byteSize() >= options.persistence().resumeBytes()
            && Resumption.isPossible(connection);
    Door door = asks ? this::resume : connection::send;
    return send(header, tensor, options, begunNanos, door);
  }

  /// How a tensor leaves.
  @FunctionalInterface
  private interface Door {
    void pass(Message.Transfer transfer, Sending sending) throws IOException, InterruptedException;
  }

  private Receipt send(
      TensorHeader header, Tensor tensor, SendOptions options, long begunNanos, Door door)
      throws IOException, InterruptedException {
    int stream = connection.nextStream();
    Sending sending = new Sending(header.name(), options.progress(), options.pace(), begunNanos);
    Precedence precedence =
        options.pace().precedence().orElseGet(() -> Precedence.of(header.byteSize()));
    Packing packing = packings.packing(header, options.form());
    sendings.put(stream, sending);
    long bytes = tensor.byteSize();
    try {
      door.pass(new Message.Transfer(stream, header, tensor, precedence).packed(packing), sending);
      events.sent(peer, bytes);
      boolean answered = header.digest() != TensorHeader.Digest.NONE;
      if (!answered || !connection.features().confirms()) {
        return new Receipt(bytes, false);
      }
      Receipt receipt = sending.await(options.limit());
      packings.confirmed(packing);
      return receipt;
    } catch (PeerException.Overloaded e) {
      if (!sending.dropped()) {
        throw e;
      }
      events.dropped();
      return new Receipt(bytes, false, true);
    } finally {
      sendings.remove(stream);
    }
  }

  /// Leaves a tensor to the output, unwatched.
  void post(TensorHeader header, Tensor tensor) throws IOException {
    connection.post(new Message.Transfer(connection.nextStream(), header, tensor));
    events.sent(peer, tensor.byteSize());
  }

  private void resume(Message.Transfer transfer, Sending sending)
      throws IOException, InterruptedException {
    String name = transfer.header().name();
    Resumption.Started started =
        (from, total) -> {
          if (from > 0) {
            events.resuming(peer, name, from, total);
          }
        };
    new Resumption(connection, sending, started).send(transfer);
  }

  /// Reads until the connection ends; the life of the reader thread.
  void read(Gossip gossip) throws InterruptedException {
    String reason = "ended by the peer";
    try {
      Landing landing = events.watching(peer, intake);
      connection.link().source().beforeReading(intake::announce);
      Message message;
      while ((message = connection.receive(landing)) != null) {
        handle(message, gossip);
      }
      connection.finish();
    } catch (PeerException e) {
      reason = String.valueOf(e.getMessage());
      events.failed(peer, e);
    } catch (IOException | RuntimeException e) {
      reason = String.valueOf(e);
      System.getLogger(Conversation.class.getName())
          .log(System.Logger.Level.WARNING, connection.remote() + ": reading failed", e);
    } finally {
      end(reason);
    }
  }

  private void end(String reason) {
    connection.release();
    intake.close();
    PeerException cause = connection.ending();
    String why =
        cause == null || cause instanceof PeerException.Closed
            ? reason
            : String.valueOf(cause.getMessage());
    sendings
        .values()
        .forEach(
            s -> s.failed(new PeerException.Closed(connection.remote() + ": " + why, true, cause)));
    peer.left(this, why);
    events.disconnected(peer, connection, why);
  }

  private void handle(Message message, Gossip gossip) throws IOException, InterruptedException {
    PeerId from = peer.idOrAddress(connection);
    switch (message) {
      case Message.Transfer transfer -> arrived(from, transfer);
      case Message.TensorData data -> intake.chunk(from, data);
      case Message.End end -> end(from, end);
      case Message.Abort abort -> {
        events.cancelled();
        intake.drop(abort.stream());
      }
      case Message.Ask ask -> intake.ask(ask, connection::answer);
      case Message.Held held -> held(held);
      case Message.Receipt receipt ->
          answered(receipt.stream(), receipt.code(), receipt.bytes(), receipt.text());
      case Message.Cancel cancel -> {
        events.cancelled();
        answered(cancel.stream(), cancel.code(), 0, cancel.text());
      }
      case Message.Declined declined -> {
        intake.drop(declined.stream());
        declined(declined);
      }
      case Message.Contacts _, Message.Serves _ -> gossip.heard(peer, message);
      case Message.Goodbye _ -> connection.stopSending();
      case Message.Fault fault -> throw new PeerException.Faulted(fault.code(), fault.text());
      case Message.Opaque _ -> events.opaque();
      case Message.Ping _,
          Message.Pong _,
          Message.Alive _,
          Message.Credit _,
          Message.Meet _,
          Message.Met _,
          Message.Move _,
          Message.Free _,
          Message.Reference _,
          Message.Rest _ -> {
        // swallowed by the connection, or never received
      }
    }
  }

  private void held(Message.Held part) {
    Sending sending = sendings.get(part.stream());
    if (sending != null) {
      sending.held(part);
    }
  }

  private void declined(Message.Declined declined) {
    events.declined();
    connection.answer(new Message.Cancel(declined.stream(), declined.code(), declined.text()));
  }

  private void arrived(PeerId from, Message.Transfer transfer)
      throws IOException, InterruptedException {
    try {
      if (!intake.putsOff(transfer)) {
        whole(from, transfer);
      }
    } catch (PeerException.Overloaded e) {
      transfer.tensor().close();
      String text = String.valueOf(e.getMessage());
      declined(new Message.Declined(transfer.stream(), FaultCode.OVERLOADED.code(), text));
      events.abandoned(peer, transfer.stream(), transfer.header(), text);
    }
  }

  private void whole(PeerId from, Message.Transfer transfer)
      throws IOException, InterruptedException {
    long bytes = transfer.tensor().byteSize();
    int stream = transfer.stream();
    // Whoever takes the tensor may close the node at once; the sender still gets its receipt.
    connection.owing();
    try {
      intake.complete(from, transfer);
      if (transfer.header().digest() != TensorHeader.Digest.NONE) {
        connection.answer(new Message.Receipt(stream, FaultCode.OK.code(), bytes, ""));
      }
    } catch (PeerException.Faulted e) {
      String text = String.valueOf(e.getMessage());
      connection.answer(new Message.Receipt(stream, e.code(), 0, text));
      events.declined();
      events.abandoned(peer, stream, transfer.header(), text);
      return;
    } finally {
      connection.settled();
    }
    if (events.watched()) {
      intake.announce(); // whoever watches may wait for whoever takes it
    }
    events.received(peer, stream, transfer.header(), bytes);
  }

  /// What cannot be joined is lost, and the connection goes on.
  private void end(PeerId from, Message.End end) throws IOException, InterruptedException {
    try {
      events.receivedRaw(peer, intake.end(from, end));
    } catch (PeerException.Overloaded e) {
      lost(end.stream(), FaultCode.OVERLOADED.code(), e);
    } catch (PeerException.Faulted e) {
      lost(end.stream(), e.code(), e);
    }
  }

  private void lost(int stream, int code, PeerException why) {
    events.declined();
    connection.answer(new Message.Cancel(stream, code, String.valueOf(why.getMessage())));
  }

  private void answered(int stream, int code, long bytes, String text) {
    Sending sending = sendings.get(stream);
    if (sending != null) {
      sending.answered(code, bytes, text);
    }
  }
}
