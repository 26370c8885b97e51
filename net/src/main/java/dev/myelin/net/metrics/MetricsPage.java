package dev.myelin.net.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// One page over HTTP with the metrics as text, for Prometheus to fetch.
public final class MetricsPage implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads;

  private MetricsPage(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  static MetricsPage open(InetSocketAddress at, MessagingMetrics metrics) throws IOException {
    HttpServer server = HttpServer.create(at, 16);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/metrics", exchange -> answer(exchange, metrics));
    server.start();
    return new MetricsPage(server, threads);
  }

  private static void answer(HttpExchange exchange, MessagingMetrics metrics) throws IOException {
    try (exchange) {
      boolean known =
          exchange.getRequestMethod().equals("GET")
              && exchange.getRequestURI().getPath().equals("/metrics");
      if (!known) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] text = metrics.text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, text.length);
      exchange.getResponseBody().write(text);
    }
  }

  /// Returns where the page is.
  public URI uri() {
    InetSocketAddress at = server.getAddress();
    String host = at.getAddress().getHostAddress();
    String quoted = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + quoted + ":" + at.getPort() + "/metrics");
  }

  /// Ends the page.
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
