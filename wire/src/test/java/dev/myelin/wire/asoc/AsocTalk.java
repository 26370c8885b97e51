package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.MemoryTrust;
import dev.myelin.wire.Message;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.Trust;
import java.io.IOException;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Two nodes of a test and the pipes between them.
record AsocTalk(Session dialler, Session acceptor, MemoryPipe toAcceptor, MemoryPipe toDialler) {
  static final UUID ALICE = UUID.fromString("a1b2c3d4-e5f6-0718-2930-a1b2c3d4e5f6");
  static final UUID BOB = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  static final ApiKey KEY = ApiKey.of("test-secret-key");
  static final String COMMUNITY = "test-cluster";

  /// A landing for tests in which nothing may land.
  static final Landing NOWHERE =
      new Landing() {
        @Override
        public Tensor land(int stream, TensorHeader header) {
          throw new AssertionError("landed: " + header);
        }

        @Override
        public Tensor landChunk(int stream, long sequence, long bytes) {
          throw new AssertionError("landed: " + bytes + " bytes");
        }
      };

  static Credentials credentials(UUID node, Trust trust) {
    return credentials(node, trust, KEY, COMMUNITY);
  }

  static Credentials credentials(UUID node, Trust trust, ApiKey key, String community) {
    return new Credentials(
        node, key, community, 9000, trust, new Random(node.getMostSignificantBits()));
  }

  static MemoryTrust secure() {
    return MemoryTrust.of(MemoryTrust.Stock.REFUSED);
  }

  static AsocTalk open() {
    return open(credentials(ALICE, secure()), credentials(BOB, secure()), Limits.defaults());
  }

  static AsocTalk open(Limits limits) {
    return open(credentials(ALICE, secure()), credentials(BOB, secure()), limits);
  }

  /// Shakes hands between a dialler and an acceptor.
  ///
  /// @throws java.util.concurrent.CompletionException with what the acceptor, or else the dialler,
  ///   failed of
  static AsocTalk open(Credentials dialler, Credentials acceptor, Limits limits) {
    MemoryPipe up = MemoryPipe.open();
    MemoryPipe down = MemoryPipe.open();
    CompletableFuture<Session> dialled =
        run(() -> AsocDialect.INSTANCE.dial(down, up, dialler, limits), up);
    CompletableFuture<Session> accepted =
        run(() -> AsocDialect.INSTANCE.accept(up, down, acceptor, limits), down);
    await(accepted, dialled);
    if (accepted.isCompletedExceptionally() && dialled.isCompletedExceptionally()) {
      accepted.exceptionNow().addSuppressed(dialled.exceptionNow());
    }
    return new AsocTalk(dialled.join(), accepted.join(), up, down);
  }

  /// Returns the next message, which must be of that type.
  static <M extends Message> M receive(Session session, Landing landing, Class<M> type)
      throws IOException {
    Message message = session.receive(landing);
    if (!type.isInstance(message)) {
      throw new AssertionError("received: " + message + " (expected: a " + type + ")");
    }
    return type.cast(message);
  }

  /// A step of a test that may throw.
  interface Step<T> {
    T run() throws Exception;
  }

  /// Waits until all have ended, well or badly.
  static void await(CompletableFuture<?>... sides) {
    for (CompletableFuture<?> side : sides) {
      try {
        side.exceptionally(_ -> null).get(10, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new AssertionError("a side does not end", e);
      }
    }
  }

  /// Runs one side on a thread of its own; its output ends if it fails, as a socket would.
  static <T> CompletableFuture<T> run(Step<T> step, MemoryPipe output) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(step.run());
              } catch (Throwable e) {
                output.end();
                result.completeExceptionally(e);
              }
            });
    return result;
  }
}
