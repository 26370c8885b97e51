package dev.myelin.net.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Attendant;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Requester;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MessagingMetricsTest {
  @Test
  void tellsPrometheusWhatSocketsCount() throws Exception {
    try (Messaging messaging = Messaging.open();
        Replier replier = messaging.replier();
        Requester requester = messaging.requester();
        MessagingMetrics metrics = MessagingMetrics.prometheus()) {
      metrics.watch("asks", requester);
      metrics.watch("answers", replier);
      assertThatThrownBy(() -> metrics.watch("asks", replier))
          .isInstanceOf(IllegalArgumentException.class);
      requester.connect(replier.bind("inproc://x"));
      try (Attendant _ = replier.onRequest(request -> request.reply("yes"))) {
        for (int i = 0; i < 3; i++) {
          requester.request("question").close();
        }
      }
      assertThat(metrics.text())
          .contains(
              "myelin_socket_messages_total{direction=\"sent\",role=\"req\",socket=\"asks\"} 3.0",
              "myelin_socket_messages_total{direction=\"received\",role=\"rep\",socket=\"answers\"}"
                  + " 3.0",
              "myelin_socket_peers{role=\"req\",socket=\"asks\"} 1.0",
              "myelin_request_seconds_count{role=\"req\",socket=\"asks\"} 3",
              "quantile=\"0.99\"");
      metrics.forget("asks");
      assertThat(metrics.text()).doesNotContain("asks");
    }
  }

  @Test
  void servesThePageAndNothingElse() throws Exception {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (MessagingMetrics metrics = MessagingMetrics.prometheus();
        MetricsPage page = metrics.serve(loopback)) {
      HttpURLConnection answer = get(page.uri());
      assertThat(answer.getResponseCode()).isEqualTo(200);
      assertThat(answer.getContentType()).startsWith("text/plain");
      assertThat(get(URI.create(page.uri() + "/x")).getResponseCode()).isEqualTo(404);
    }
  }

  private static HttpURLConnection get(URI uri) throws Exception {
    return (HttpURLConnection) uri.toURL().openConnection();
  }
}
