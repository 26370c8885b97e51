package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Property;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class ZmtpProperties {
  static final PartsLimits SMALL = new PartsLimits(100_000, 6, 600, 5, 40);
  private static final byte[] KEY = new byte[32];
  private static final List<SocketRole> ROLES = List.of(SocketRole.values());

  /// Whether parts are encrypted.
  enum Clothing {
    CLEAR,
    ENCRYPTED
  }

  private static PartsSession session(MemoryPipe in, PartsLimits limits, Clothing clothing) {
    boolean clear = clothing == Clothing.CLEAR;
    return ZmtpTalk.session(
        SocketRole.XPUB,
        limits,
        in,
        clear ? null : new ZmtpSealer(KEY, ZmtpCurve.FROM_CLIENT, 2),
        clear ? null : new ZmtpOpener(KEY, ZmtpCurve.FROM_CLIENT, 2),
        true);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsReadInAnyFragments(Clothing clothing) {
    Property.check(
        60,
        random -> {
          List<String> expected = new ArrayList<>();
          byte[] bytes = written(random, clothing, expected);
          MemoryPipe pipe = MemoryPipe.open();
          PartsSession reader = session(pipe, PartsLimits.defaults(), clothing);
          CompletableFuture<List<String>> reading =
              ZmtpTalk.run(
                  () -> {
                    try (ZmtpTalk.Received received = ZmtpTalk.drain(reader)) {
                      return received.all;
                    }
                  },
                  pipe);
          int most = 1 << random.nextInt(16);
          for (int at = 0; at < bytes.length; ) {
            int part = 1 + random.nextInt(Math.min(most, bytes.length - at));
            pipe.write(Arrays.copyOfRange(bytes, at, at + part));
            at += part;
          }
          pipe.end();
          ZmtpTalk.await(reading);
          assertThat(reading.join()).isEqualTo(expected);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anyBytesGiveMessagesOrAPeerException(Clothing clothing) {
    Property.check(
        1500,
        random ->
            consume(
                random.nextBoolean() ? noise(random) : mutated(random, clothing),
                ROLES.get(random.nextInt(ROLES.size())),
                clothing));
  }

  @Test
  void anyWordsOfAMemberGiveWordsOrAPeerException() {
    byte[][] words = {
      ZmtpCodec.command(ZmtpNear.MEET, new byte[69]),
      ZmtpCodec.command(ZmtpNear.MET, new byte[40]),
      ZmtpCodec.command(ZmtpNear.MOVE, new byte[0])
    };
    Property.check(
        1500,
        random -> {
          byte[] bytes =
              ZmtpCurve.join(
                  ZmtpCurve.join(words[random.nextInt(3)], words[random.nextInt(3)]),
                  new byte[random.nextInt(5)]);
          for (int i = random.nextInt(3); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
          }
          consumeOfAMember(Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)));
        });
  }

  @Test
  void anyBytesInAHandshakeGiveASessionOrAPeerException() {
    PartsSecurity[] all = {
      new PartsSecurity.Open(),
      new PartsSecurity.PlainServer(_ -> "somebody"),
      new PartsSecurity.PlainClient("a", "b"),
      ZmtpTalk.curveServer(),
      ZmtpTalk.curveClient()
    };
    String[] mechanisms = {"NULL", "PLAIN", "PLAIN", "CURVE", "CURVE"};
    Property.check(
        600,
        random -> {
          int which = random.nextInt(all.length);
          byte[] bytes = ZmtpCurve.join(ZmtpScript.greeting(mechanisms[which]), commands(random));
          if (random.nextInt(3) == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          }
          try {
            ZmtpScript.of(bytes)
                .accept(ZmtpTalk.terms(all[which], SMALL, SocketRole.REP, SocketRole.ROUTER))
                .close();
          } catch (PeerException expected) {
            assertThat(expected).hasMessageNotContaining("null");
          }
        });
  }

  @Test
  void anyBytesAreDissected() {
    Property.check(
        1500,
        random -> {
          byte[] some =
              switch (random.nextInt(3)) {
                case 0 -> noise(random);
                case 1 -> commands(random);
                default -> mutated(random, Clothing.CLEAR);
              };
          byte[] bytes = random.nextBoolean() ? ZmtpCurve.join(ZmtpScript.GREETING, some) : some;
          ZmtpDissector.of(SMALL).dissect(MemorySegment.ofArray(bytes));
        });
  }

  /// Reads bytes to the end; whatever they are, nothing leaks and no limit is passed.
  static void consume(byte[] bytes, SocketRole role, Clothing clothing) throws IOException {
    PartsSession session =
        ZmtpTalk.session(
            role,
            SMALL,
            MemoryPipe.of(bytes),
            null,
            clothing == Clothing.CLEAR ? null : new ZmtpOpener(KEY, ZmtpCurve.FROM_CLIENT, 2),
            true);
    consume(session);
  }

  /// Reads what a member of the community says likewise.
  static void consumeOfAMember(byte[] bytes) throws IOException {
    consume(ZmtpTalk.member(SocketRole.PULL, SMALL, bytes));
  }

  private static void consume(PartsSession session) throws IOException {
    try (ZmtpTalk.Received received = new ZmtpTalk.Received()) {
      try (session) {
        while (session.receive(received)) {
          assertThat(received.pool.outstanding()).isLessThanOrEqualTo(SMALL.messageBytes());
        }
      } catch (PeerException expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
      assertThat(received.pool.outstanding()).isZero();
    }
  }

  private static byte[] noise(RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(8);
    }
    if (bytes.length > 0) {
      bytes[0] = (byte) random.nextInt(8);
    }
    return bytes;
  }

  private static byte[] mutated(RandomGenerator random, Clothing clothing) {
    byte[] bytes = written(random, clothing, new ArrayList<>());
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
  }

  /// Returns some commands of handshakes, with data that is nearly right.
  private static byte[] commands(RandomGenerator random) {
    String[] names = {"READY", "HELLO", "WELCOME", "INITIATE", "ERROR", "MESSAGE", "NOVELTY"};
    byte[] all = {};
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      byte[] data =
          switch (random.nextInt(4)) {
            case 0 -> ZmtpScript.metadata("Socket-Type", "REQ", "Identity", "me");
            case 1 -> new byte[] {1, 'a', 1, 'b'};
            case 2 -> noise(random);
            default -> new byte[random.nextInt(300)];
          };
      byte[] command = ZmtpCodec.command(names[random.nextInt(names.length)], data);
      all = ZmtpCurve.join(all, command);
    }
    return all;
  }

  /// Returns the bytes of a conversation, and adds what its reader will be told.
  private static byte[] written(RandomGenerator random, Clothing clothing, List<String> expected) {
    PartsSession writer = session(MemoryPipe.open(), PartsLimits.defaults(), clothing);
    Outlet out = new Outlet();
    byte[] topic = new byte[1 + random.nextInt(20)];
    random.nextBytes(topic);
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> {
          topic = topic.clone();
          topic[0]++;
          writer.encodeSubscription(topic, true, out);
          expected.add("+" + HexFormat.of().formatHex(topic));
        }
        case 1 -> {
          int tenths = random.nextInt(65536);
          writer.encodePing(Duration.ofMillis(100L * tenths), out);
          expected.add("ping " + 100L * tenths + " ");
        }
        case 2 -> writer.encodePong(new byte[random.nextInt(17)], out);
        default -> {
          Parts message = message(random);
          writer.encode(message, out);
          expected.add(ZmtpTalk.describe(message));
        }
      }
    }
    byte[] bytes = out.toBytes();
    out.clear();
    return bytes.length == 0 ? new byte[] {0, 0} : bytes;
  }

  private static Parts message(RandomGenerator random) {
    byte[][] parts = new byte[1 + random.nextInt(4)][];
    for (int i = 0; i < parts.length; i++) {
      int most = 1 << random.nextInt(16);
      parts[i] = new byte[random.nextInt(8) == 0 ? 8190 + random.nextInt(5) : random.nextInt(most)];
      random.nextBytes(parts[i]);
    }
    if (parts[0].length > 0) {
      parts[0][0] |= 0x40; // no subscription
    }
    return Parts.of(parts);
  }
}
