package dev.myelin.bench.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Two processes that obey orders.
final class ProcessPair implements Pair {
  private static final Duration START = Duration.ofSeconds(30);

  private final Child server;
  private final Child driver;

  private ProcessPair(Child server, Child driver) {
    this.server = server;
    this.driver = driver;
  }

  /// Starts both; the driver is told the server's address.
  static ProcessPair start(
      String name, List<String> serve, List<String> drive, Map<String, String> environment)
      throws IOException, InterruptedException {
    Child server = Child.start(name + " server", serve, environment);
    try {
      String address = server.next(START).path("address").asText();
      List<String> command = new ArrayList<>(drive);
      command.add(address);
      Child driver = Child.start(name + " driver", command, environment);
      try {
        driver.next(START);
        return new ProcessPair(server, driver);
      } catch (IOException | InterruptedException e) {
        driver.close();
        throw e;
      }
    } catch (IOException | InterruptedException e) {
      server.close();
      throw e;
    }
  }

  @Override
  public Sample run(Task task, Duration limit) throws IOException, InterruptedException {
    server.order(task.order());
    double cpu = server.next(limit).path("cpu_s").asDouble();
    driver.order(task.order());
    cpu += driver.next(limit).path("cpu_s").asDouble();
    driver.order("go");
    JsonNode drove = driver.next(limit);
    JsonNode served = server.next(limit);
    List<Double> micros = new ArrayList<>();
    drove.path("us").forEach(value -> micros.add(value.asDouble()));
    List<Double> figures = new ArrayList<>();
    served.path("figures").forEach(value -> figures.add(value.asDouble()));
    drove.path("figures").forEach(value -> figures.add(value.asDouble()));
    double spent = drove.path("cpu_s").asDouble() + served.path("cpu_s").asDouble() - cpu;
    long count = drove.path("count").asLong(task.count());
    return new Sample(count, drove.path("seconds").asDouble(), spent, micros, figures);
  }

  @Override
  public void close() {
    driver.close();
    server.close();
  }
}
