package dev.myelin.net.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RequestReplyTest extends PatternScene {
  private Requester numbered(int attempts, Duration answer) {
    return messaging.requester(
        SocketOptions.defaults(), Requester.Patience.numbered(attempts, answer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void bringsEachReplyToItsAsker(String transport) throws Exception {
    try (Replier replier = messaging.replier();
        Requester first = messaging.requester();
        Requester second = messaging.requester()) {
      String at = replier.bind(Places.at(transport, folder));
      first.connect(at);
      second.connect(at);
      try (Attendant _ =
          replier.onRequest(request -> request.reply("re: " + request.message().text(0)))) {
        for (int i = 0; i < 500; i++) {
          assertThat(first.request("first " + i).text(0)).isEqualTo("re: first " + i);
          assertThat(second.request("second " + i).text(0)).isEqualTo("re: second " + i);
        }
      }
      assertThat(first.roundTrips().count()).isEqualTo(500);
      assertThat(first.roundTrips().longest()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void repliesOutOfOrder(String transport) throws Exception {
    List<Requester> askers = new ArrayList<>();
    try (Replier replier = messaging.replier()) {
      String at = replier.bind(Places.at(transport, folder));
      for (int i = 0; i < 5; i++) {
        Requester asker = messaging.requester();
        asker.connect(at);
        asker.send(Parts.of("question " + i));
        askers.add(asker);
      }
      List<Request> open = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        open.add(replier.receive(LONG));
      }
      Collections.reverse(open);
      for (Request each : open) {
        each.reply("answer to " + each.message().text(0));
        each.close();
      }
      for (int i = 0; i < 5; i++) {
        assertThat(askers.get(i).receive(LONG).text(0)).isEqualTo("answer to question " + i);
      }
    } finally {
      askers.forEach(Requester::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void hasManyRequestsUnderWayFromManyThreads(String transport) throws Exception {
    try (Replier replier = messaging.replier();
        Requester requester = numbered(1, LONG);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      requester.connect(replier.bind(Places.at(transport, folder)));
      try (Attendant _ = replier.onRequest(request -> request.reply(request.take()))) {
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          String text = "question " + i;
          calls.add(() -> requester.request(text).text(0));
        }
        List<Future<String>> answers = threads.invokeAll(calls);
        for (int i = 0; i < 400; i++) {
          assertThat(answers.get(i).get()).isEqualTo("question " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void echoesTensorsWithoutLosingThem(String transport) throws Exception {
    try (Replier replier = messaging.replier();
        Requester requester = messaging.requester();
        Tensor tensor = messaging.pool().allocate(DType.F32, Shape.of(512, 512))) {
      tensor.set(70_000, 1.5);
      requester.connect(replier.bind(Places.at(transport, folder)));
      try (Attendant _ = replier.onRequest(request -> request.reply(request.take()))) {
        // Within the process the reply is the request's own memory, so it must be given back first.
        Parts reply =
            transport.equals("inproc")
                ? requester.request(TensorParts.of("x", tensor.copyInto(messaging.pool())))
                : requester.request("x", tensor);
        try (TensorParts.Named back = TensorParts.open(reply, messaging.pool())) {
          assertThat(back.name()).isEqualTo("x");
          assertThat(back.tensor().contentEquals(tensor)).isTrue();
        }
      }
    }
    assertThat(messaging.pool().outstanding()).isZero();
  }

  @Test
  void refusesToAskTwiceInLockstep() throws Exception {
    try (Replier replier = messaging.replier();
        Requester requester = messaging.requester()) {
      requester.connect(replier.bind("inproc://x"));
      assertThatThrownBy(requester::receive)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a request to be sent first");
      requester.send(Parts.of("one"));
      assertThatThrownBy(() -> requester.send(Parts.of("two")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("OUT");
      assertThatThrownBy(() -> requester.receive(SHORT)).isInstanceOf(PeerException.TimedOut.class);
      try (Request request = replier.receive(LONG)) {
        request.reply("late, but in lockstep");
        assertThatThrownBy(() -> request.reply("again"))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("one reply");
      }
      assertThat(requester.receive(LONG).text(0)).isEqualTo("late, but in lockstep");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void dropsTheLateReplyToARequestThatWasGivenUp(String transport) throws Exception {
    try (Replier replier = messaging.replier();
        Requester requester = numbered(1, SHORT)) {
      requester.connect(replier.bind(Places.at(transport, folder)));
      assertThat(requester.awaitPeers(1, LONG)).isTrue();
      assertThatThrownBy(() -> requester.request("first"))
          .isInstanceOf(PeerException.TimedOut.class);
      requester.send(Parts.of("second"));
      replier.receive(LONG).reply("to first");
      replier.receive(LONG).reply("to second");
      assertThat(requester.receive(LONG).text(0)).isEqualTo("to second");
      assertThat(requester.stats().dropped()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void asksAnotherPeerWhenTheFirstIsSilent(String transport) throws Exception {
    try (Replier silent = messaging.replier();
        Replier other = messaging.replier();
        Requester requester = numbered(4, Duration.ofMillis(200))) {
      requester.connect(
          silent.bind(Places.at(transport, folder) + (isNamed(transport) ? "1" : "")));
      requester.connect(other.bind(Places.at(transport, folder) + (isNamed(transport) ? "2" : "")));
      assertThat(requester.awaitPeers(2, LONG)).isTrue();
      try (Attendant _ = other.onRequest(request -> request.reply("here"))) {
        assertThat(requester.request("anybody?").text(0)).isEqualTo("here");
        assertThat(requester.request("anybody?").text(0)).isEqualTo("here");
      }
    }
  }

  private static boolean isNamed(String transport) {
    return !transport.equals("tcp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void tellsAnAskerThatItsPeerLeft(String transport) throws Exception {
    try (Requester requester = messaging.requester()) {
      Replier replier = messaging.replier();
      requester.connect(replier.bind(Places.at(transport, folder)));
      requester.send(Parts.of("question"));
      replier.receive(LONG).close();
      replier.close();
      assertThatThrownBy(() -> requester.receive(LONG))
          .isInstanceOf(PeerException.Closed.class)
          .hasMessageContaining("left before it replied");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp"})
  void tellsManyAskersThatTheirPeerLeft(String transport) throws Exception {
    try (Requester requester = numbered(1, LONG);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Replier replier = messaging.replier();
      requester.connect(replier.bind(Places.at(transport, folder)));
      List<Future<Parts>> calls = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        calls.add(threads.submit(() -> requester.request("question")));
      }
      for (int i = 0; i < 5; i++) {
        replier.receive(LONG).close();
      }
      replier.close();
      for (Future<Parts> each : calls) {
        assertThatThrownBy(each::get).hasCauseInstanceOf(PeerException.Closed.class);
      }
    }
  }

  @Test
  void ignoresARequestWithoutADelimiter() throws Exception {
    try (Replier replier = messaging.replier();
        Dealer dealer = messaging.dealer()) {
      dealer.connect(replier.bind("inproc://x"));
      dealer.send("no delimiter");
      dealer.send(Parts.of("id", ""));
      dealer.send(Parts.of("id", "", "question"));
      try (Request request = replier.receive(LONG)) {
        assertThat(request.message().text(0)).isEqualTo("question");
        request.reply("answer".getBytes(UTF_8));
      }
      Parts answer = dealer.receive(LONG);
      assertThat(answer.count()).isEqualTo(3);
      assertThat(answer.text(0)).isEqualTo("id");
      assertThat(answer.text(2)).isEqualTo("answer");
      assertThat(replier.stats().dropped()).isEqualTo(2);
    }
  }

  @Test
  void turnsAWrongSocketTypeAwayAndCountsIt() throws Exception {
    try (Puller puller = messaging.puller();
        Requester requester =
            messaging.requester(
                SocketOptions.defaults()
                    .waits(SocketOptions.Waits.defaults().calls(SHORT, SHORT)))) {
      requester.connect(puller.bind("tcp://127.0.0.1:*"));
      assertThatThrownBy(() -> requester.request("x"))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("peers: 0");
      assertThat(puller.peers()).isZero();
    }
  }
}
