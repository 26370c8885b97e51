package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Both libraries at both ends, over loopback.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TlsDuplexTest {
  private static Stream<Arguments> mixes() {
    return Stream.of(TlsLibrary.values())
        .flatMap(one -> Stream.of(TlsLibrary.values()).map(two -> Arguments.of(one, two)));
  }

  @ParameterizedTest
  @MethodSource("mixes")
  void bothEndsExportTheSameBinding(TlsLibrary one, TlsLibrary two) throws Exception {
    try (TlsPair first = TlsPair.open(one, two);
        TlsPair second = TlsPair.open(one, two)) {
      assertThat(first.dialler().binding()).hasSize(32).isEqualTo(first.acceptor().binding());
      assertThat(second.dialler().binding()).isNotEqualTo(first.dialler().binding());
      assertThat(first.dialler().protection()).startsWith("TLSv1.3 TLS_");
    }
  }

  @ParameterizedTest
  @MethodSource("mixes")
  void carriesWhatIsWrittenInPiecesOfAnySize(TlsLibrary one, TlsLibrary two, TensorPool pool)
      throws Exception {
    try (TlsPair pair = TlsPair.open(one, two).widened();
        Tensor sent = Lab.counted(pool, 5_000_001);
        Tensor received = Lab.counted(pool, 5_000_001)) {
      received.segment().fill((byte) 0);
      DuplexSink sink = new DuplexSink(pair.dialler());
      FutureTask<Void> writing = Lab.aside(() -> write(sink, sent.segment()));
      DuplexSource source = new DuplexSource(pair.acceptor());
      RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
      for (long at = 0; at < sent.byteSize(); ) {
        long some = Math.min(sent.byteSize() - at, 1 + random.nextInt(200_000));
        assertThat(source.readFully(received.segment(), at, some)).isTrue();
        at += some;
      }
      writing.get();
      Lab.assertSame(received, sent);
      assertThat(pair.two().buffers().lent()).isLessThanOrEqualTo(2);
    }
  }

  private static Void write(DuplexSink sink, MemorySegment bytes) throws IOException {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    for (long at = 0; at < bytes.byteSize(); ) {
      long some = Math.min(bytes.byteSize() - at, 1 + random.nextInt(300_000));
      sink.write(none, bytes, at, some);
      at += some;
    }
    sink.flush();
    return null;
  }

  @ParameterizedTest
  @MethodSource("mixes")
  void carriesBothDirectionsAtOnce(TlsLibrary one, TlsLibrary two, TensorPool pool)
      throws Exception {
    try (TlsPair pair = TlsPair.open(one, two).widened();
        Tensor sent = Lab.counted(pool, 8 << 20);
        Tensor there = Lab.counted(pool, 8 << 20);
        Tensor back = Lab.counted(pool, 8 << 20)) {
      FutureTask<Void> up = Lab.aside(() -> write(new DuplexSink(pair.dialler()), sent.segment()));
      FutureTask<Void> down =
          Lab.aside(() -> write(new DuplexSink(pair.acceptor()), sent.segment()));
      FutureTask<Boolean> reads =
          Lab.aside(() -> new DuplexSource(pair.acceptor()).readFully(there.segment()));
      assertThat(new DuplexSource(pair.dialler()).readFully(back.segment())).isTrue();
      assertThat(reads.get()).isTrue();
      up.get();
      down.get();
      Lab.assertSame(there, sent);
      Lab.assertSame(back, sent);
    }
  }

  @ParameterizedTest
  @MethodSource("mixes")
  void stillCarriesOneDirectionWhenTheOtherHasEnded(TlsLibrary one, TlsLibrary two)
      throws Exception {
    try (TlsPair pair = TlsPair.open(one, two)) {
      pair.dialler().endOutput();
      ByteBuffer target = ByteBuffer.allocate(16);
      assertThat(pair.acceptor().read(target)).isEqualTo(-1);
      pair.acceptor().write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1, 2, 3})});
      assertThat(pair.dialler().read(target)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("mixes")
  void waitsNoLongerThanAllowed(TlsLibrary one, TlsLibrary two) throws Exception {
    try (TlsPair pair = TlsPair.open(one, two)) {
      ByteBuffer target = ByteBuffer.allocate(16);
      assertThatThrownBy(() -> pair.acceptor().read(target, Duration.ofMillis(50)))
          .isInstanceOf(SocketTimeoutException.class);
      pair.dialler().write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1})});
      assertThat(pair.acceptor().read(target, Lab.SOON)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("mixes")
  void endsEveryWaitWhenItIsClosed(TlsLibrary one, TlsLibrary two) throws Exception {
    try (TlsPair pair = TlsPair.open(one, two)) {
      FutureTask<Integer> reading = Lab.aside(() -> pair.acceptor().read(ByteBuffer.allocate(16)));
      FutureTask<Void> writing =
          Lab.aside(
              () -> {
                while (true) {
                  pair.acceptor().write(new ByteBuffer[] {ByteBuffer.allocate(1 << 20)});
                }
              });
      Lab.eventually("a writer", () -> pair.two().buffers().lent() > 0);
      pair.acceptor().close();
      assertThatThrownBy(reading::get).hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(writing::get).hasCauseInstanceOf(IOException.class);
      Lab.eventually("nothing lent", () -> pair.two().buffers().lent() == 0);
    }
  }

  /// What was decrypted and not fetched keeps an engine alive; the leak check counts its pipe.
  @Test
  void freesAnEngineOfWhichNobodyReadEverything() throws Exception {
    try (TlsPair pair = TlsPair.open(TlsLibrary.CONSCRYPT, TlsLibrary.CONSCRYPT)) {
      pair.dialler().write(new ByteBuffer[] {ByteBuffer.allocate(10_000)});
      assertThat(pair.acceptor().read(ByteBuffer.allocate(1))).isOne();
      pair.acceptor().close();
    }
  }

  /// The last one out gives the engine back, whoever that is; two that leave together must not
  /// leave it to each other. One of the libraries holds a pipe per engine, which the leak check
  /// counts.
  @Test
  void freesItsEngineWhoeverLeavesLast() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (TlsPair pair = TlsPair.open(TlsLibrary.CONSCRYPT, TlsLibrary.CONSCRYPT)) {
        FutureTask<Integer> reading =
            Lab.aside(() -> pair.acceptor().read(ByteBuffer.allocate(16)));
        FutureTask<Void> writing =
            Lab.aside(
                () -> {
                  while (true) {
                    pair.acceptor().write(new ByteBuffer[] {ByteBuffer.allocate(1 << 14)});
                  }
                });
        Lab.eventually("a writer", () -> pair.two().buffers().lent() > 0);
        pair.acceptor().close();
        assertThatThrownBy(reading::get).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(writing::get).hasCauseInstanceOf(IOException.class);
      }
    }
  }
}
