package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ResolverTest {
  private final Resolver resolver = new Resolver();

  @Test
  void takesALiteralForWhatItIs() throws Exception {
    assertThat(resolver.all("127.0.0.2")).containsExactly(InetAddress.ofLiteral("127.0.0.2"));
    assertThat(resolver.all("::1")).containsExactly(InetAddress.ofLiteral("::1"));
  }

  @Test
  void answersAVirtualThreadAsItAnswersAPlatformThread() throws Exception {
    FutureTask<List<InetAddress>> aside = new FutureTask<>(() -> resolver.all("localhost"));
    Thread.ofVirtual().start(aside);
    assertThat(aside.get()).isEqualTo(resolver.all("localhost"));
  }

  @Test
  void stopsWaitingWhenInterrupted() {
    FutureTask<List<InetAddress>> aside =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              return resolver.all("localhost");
            });
    Thread.ofVirtual().start(aside);
    assertThatThrownBy(aside::get).hasCauseInstanceOf(UnknownHostException.class);
  }
}
