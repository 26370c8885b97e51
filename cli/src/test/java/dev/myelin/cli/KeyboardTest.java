package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class KeyboardTest {
  @Test
  void oneThreadReadsAllLinesInOrder() throws Exception {
    int count = 3_000;
    StringBuilder typed = new StringBuilder();
    for (int i = 0; i < count; i++) {
      typed.append("line ").append(i).append('\n');
    }
    Set<Thread> readers = ConcurrentHashMap.newKeySet();
    InputStream slow =
        new ByteArrayInputStream(bytes(typed.toString())) {
          @Override
          public synchronized int read(byte[] bytes, int offset, int length) {
            readers.add(Thread.currentThread());
            return super.read(bytes, offset, Math.min(length, 16));
          }
        };
    Keyboard keyboard = Keyboard.listen(slow);
    for (int i = 0; i < count; i++) {
      assertThat(keyboard.line()).contains("line " + i);
    }
    assertThat(keyboard.line()).isEmpty();
    assertThat(readers).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void aFailureComesAfterTheLinesBeforeIt() throws Exception {
    Keyboard torn = Keyboard.listen(after("a\n", new IOException("torn")));
    assertThat(torn.line()).contains("a");
    assertThatThrownBy(torn::line).isInstanceOf(IOException.class).hasMessage("torn");
    Keyboard broken = Keyboard.listen(after("a\n", new IllegalStateException("broken")));
    assertThat(broken.line()).contains("a");
    assertThatThrownBy(broken::line).isInstanceOf(IllegalStateException.class).hasMessage("broken");
  }

  @Test
  void aPressIsNoLine() throws Exception {
    Keyboard keyboard = Keyboard.listen(new SilentInput());
    keyboard.press();
    assertThat(keyboard.take()).isEqualTo(new Keyboard.Press());
    Keyboard ended = Keyboard.listen(InputStream.nullInputStream());
    ended.press();
    assertThat(ended.line()).isEmpty();
  }

  private static InputStream after(String text, Exception failure) {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            if (failure instanceof RuntimeException unchecked) {
              throw unchecked;
            }
            throw new IOException(failure.getMessage());
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
          }
        };
    return new SequenceInputStream(new ByteArrayInputStream(bytes(text)), failing);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
