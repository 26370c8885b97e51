package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.TensorParts;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs the Python of `docs/howto/python-zmq.md`, as it stands there, against our sockets.
@Timeout(60)
class PythonPageInteropIT {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", "."), "../docs/howto/python-zmq.md").normalize();
  private static final String ANY_PORT = "tcp://127.0.0.1:*";
  private static final Shape SHAPE = Shape.of(2, 3, 4);

  private Messaging messaging;
  private Tensor tensor;

  @BeforeAll
  @Timeout(300)
  static void preparePython() throws Exception {
    Python.program();
  }

  @BeforeEach
  void open() throws Exception {
    messaging = Messaging.open();
    tensor = messaging.pool().allocate(DType.F32, SHAPE);
    for (int i = 0; i < 24; i++) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, i);
    }
  }

  @AfterEach
  void close() {
    tensor.close();
    messaging.close();
  }

  @Test
  void receivesATensorInFourLines() throws Exception {
    try (Pusher pusher = messaging.pusher();
        LineProcess python = block(0, "tcp://127.0.0.1:5557", pusher.bind(ANY_PORT))) {
      pusher.push("weights", tensor);
      requireTensor(python.await("done", Party.SOON));
    }
  }

  @Test
  void sendsATensorInFourLines() throws Exception {
    try (Puller puller = messaging.puller();
        LineProcess python = block(1, "tcp://127.0.0.1:5558", puller.bind(ANY_PORT));
        TensorParts.Named named = TensorParts.open(puller.pull(Party.SOON), messaging.pool())) {
      requireTensor(python.await("done", Party.SOON));
      assertThat(named.name()).isEqualTo("weights");
      assertThat(named.tensor().dtype()).isEqualTo(DType.F32);
      assertThat(named.tensor().shape()).isEqualTo(SHAPE);
      assertThat(named.tensor().segment().mismatch(tensor.segment())).isEqualTo(-1);
    }
  }

  @Test
  void asksWithATensorInFourLines() throws Exception {
    try (Replier replier = messaging.replier();
        LineProcess python = block(2, "tcp://127.0.0.1:5555", replier.bind(ANY_PORT))) {
      try (Request request = replier.receive(Party.SOON)) {
        try (TensorParts.Named named = TensorParts.open(request.take(), messaging.pool())) {
          request.reply("echo", named.tensor());
        }
      }
      JsonNode done = python.await("done", Party.SOON);
      assertThat(done.path("data").asLong()).isEqualTo(crc());
      assertThat(done.path("lines").asInt()).isEqualTo(4);
    }
  }

  @Test
  void subscribesToTensorsInFourLines() throws Exception {
    try (Publisher publisher = messaging.publisher();
        LineProcess python = block(3, "tcp://127.0.0.1:5556", publisher.bind(ANY_PORT))) {
      assertThat(publisher.awaitSubscribers(1, Party.SOON)).isTrue();
      publisher.publish("grads", "layer.0", tensor);
      JsonNode done = python.await("done", Party.SOON);
      requireTensor(done);
      assertThat(done.path("topic").asText()).isEqualTo("grads");
    }
  }

  private void requireTensor(JsonNode done) {
    assertThat(done.path("dtype").asText()).isEqualTo("<f4");
    assertThat(done.path("shape")).hasToString("[2,3,4]");
    assertThat(done.path("crc").asLong()).isEqualTo(crc());
    assertThat(done.path("lines").asInt()).isEqualTo(4);
  }

  private long crc() {
    CRC32 crc = new CRC32();
    crc.update(tensor.segment().asByteBuffer());
    return crc.getValue();
  }

  private static LineProcess block(int number, String written, String real) throws Exception {
    String endpoints = new ObjectMapper().writeValueAsString(Map.of(written, real));
    return LineProcess.start(
        Python.command("page.py", PAGE.toString(), Integer.toString(number), endpoints));
  }
}
