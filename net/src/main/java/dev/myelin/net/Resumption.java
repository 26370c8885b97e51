package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Message;
import dev.myelin.wire.Progress;
import java.io.IOException;

/// The sending of one tensor of which the receiver may have a part: asks, and sends what is
/// missing.
final class Resumption {
  private static final String FEATURE = "resume";

  private final Connection connection;
  private final Sending sending;
  private final Started started;

  /// Told once where the sending begins.
  @FunctionalInterface
  interface Started {
    void from(long bytes, long totalBytes);
  }

  Resumption(Connection connection, Sending sending, Started started) {
    this.connection = connection;
    this.sending = sending;
    this.started = started;
  }

  /// Returns whether both sides can take up again.
  static boolean isPossible(Connection connection) {
    return connection.introduction().features().contains(FEATURE);
  }

  /// Sends the tensor. Waits first for the receiver's answer, which may have to check what it has;
  /// the end of the connection bounds that.
  void send(Message.Transfer transfer) throws IOException, InterruptedException {
    connection.owing();
    try {
      Message.Held held = ask(transfer);
      connection.send(new Message.Rest(transfer, held), progress());
    } finally {
      connection.settled();
    }
  }

  private Message.Held ask(Message.Transfer transfer) throws IOException, InterruptedException {
    String identity = TransferIdentity.of(transfer.header(), transfer.tensor().segment());
    connection.send(new Message.Ask(transfer.stream(), transfer.header(), identity));
    try {
      return sending.awaitHeld();
    } catch (IOException | InterruptedException e) {
      String text = String.valueOf(e.getMessage());
      connection.answer(new Message.Abort(transfer.stream(), FaultCode.CANCELLED.code(), text));
      throw e;
    }
  }

  private Progress progress() {
    return new Progress() {
      private boolean told;

      @Override
      public void sent(long sentBytes, long totalBytes) throws IOException {
        if (!told) {
          told = true;
          started.from(sentBytes, totalBytes);
        }
        sending.sent(sentBytes, totalBytes);
      }
    };
  }
}
