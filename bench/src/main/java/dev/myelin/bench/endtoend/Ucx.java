package dev.myelin.bench.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// UCX's own performance test, where it is installed: fresh processes each round.
///
/// It sends from one buffer and into one buffer, so small caches flatter it.
final class Ucx implements Design {
  private static final String PROGRAM = "ucx_perftest";
  private static final long LARGEST = 1L << 28;

  private final String way;

  /// @param way what UCX may use: `tcp`, `posix`
  Ucx(String way) {
    this.way = way;
  }

  @Override
  public String name() {
    return way.equals("tcp") ? "ucx-tcp" : "ucx-shm";
  }

  @Override
  public String about() {
    return "UCX, " + PROGRAM + " with UCX_TLS=" + way;
  }

  @Override
  public boolean measures(Case what) {
    return switch (what.what()) {
      case ONE_WAY, SMALL, ROUND_TRIP -> what.size() <= LARGEST;
      default -> false;
    };
  }

  @Override
  public Pair open(Workplace workplace) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(PROGRAM, "-h")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.waitFor();
    } catch (IOException e) {
      throw new Absent(PROGRAM + " is not installed (apt-get install ucx-utils)");
    }
    return new Rounds(way);
  }

  private record Rounds(String way) implements Pair {
    @Override
    public Sample run(Task task, Duration limit) throws IOException, InterruptedException {
      int port = freePort();
      Process server = start(List.of("-p", Integer.toString(port)));
      try {
        awaitListening(port, limit);
        return drive(task, port, limit);
      } finally {
        server.destroyForcibly();
      }
    }

    private Sample drive(Task task, int port, Duration limit)
        throws IOException, InterruptedException {
      List<String> args = new ArrayList<>(List.of("127.0.0.1", "-p", Integer.toString(port)));
      args.addAll(List.of("-t", task.trip() ? "tag_lat" : "tag_bw", "-f"));
      args.addAll(List.of("-s", Long.toString(task.size()), "-n", Long.toString(task.count())));
      args.addAll(List.of("-w", Long.toString(Math.max(1, task.count() / 10))));
      Process driver = start(args);
      try {
        String last = lastFigures(driver);
        if (!driver.waitFor(limit.toSeconds(), TimeUnit.SECONDS) || last.isEmpty()) {
          throw new IOException(PROGRAM + " " + String.join(" ", args) + ": printed no figures");
        }
        return sample(task, last.strip().split("\\s+", -1));
      } finally {
        driver.destroyForcibly();
      }
    }

    /// Columns: count; typical, average, overall latency in us of one way; bandwidth average,
    /// overall in MB/s; message rate average, overall.
    private static Sample sample(Task task, String[] columns) throws IOException {
      if (columns.length < 8) {
        throw new IOException(
            PROGRAM + ": " + String.join(" ", columns) + " (expected: 8 columns)");
      }
      if (task.trip()) {
        double median = 2 * Double.parseDouble(columns[1]);
        return new Sample(task.count(), 0, -1, List.of(median), List.of());
      }
      double rate = Double.parseDouble(columns[7]);
      return new Sample(task.count(), task.count() / rate, -1, List.of(), List.of());
    }

    private static String lastFigures(Process process) throws IOException {
      String last = "";
      try (BufferedReader reader = process.inputReader()) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          String figures = line.replace("Final:", "").strip();
          if (figures.matches("[0-9].*")) {
            last = figures;
          }
        }
      }
      return last;
    }

    private Process start(List<String> args) throws IOException {
      List<String> command = new ArrayList<>(List.of(PROGRAM));
      command.addAll(args);
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("UCX_TLS", way.equals("tcp") ? "tcp" : "posix,sysv,self,tcp");
      builder.environment().put("UCX_NET_DEVICES", "lo");
      builder.environment().put("UCX_WARN_UNUSED_ENV_VARS", "n");
      return builder.start();
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    }

    /// It takes one client only, so the kernel is asked whether it listens.
    private static void awaitListening(int port, Duration limit) throws IOException {
      String wanted = String.format(":%04X 00000000:0000 0A", port);
      long end = System.nanoTime() + limit.toNanos();
      java.nio.file.Path table = java.nio.file.Path.of("/proc/net/tcp");
      while (!java.nio.file.Files.readString(table).contains(wanted)) {
        if (System.nanoTime() > end) {
          throw new IOException(PROGRAM + ": not listening on port " + port);
        }
        LockSupport.parkNanos(20_000_000);
      }
    }

    @Override
    public void close() {
      // nothing is left between rounds
    }
  }
}
