package dev.myelin.bench.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// The process of one half of a Java design; speaks as the C program does.
final class Worker {
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final double[] PARTS = {50, 90, 99, 99.9, 100};

  private final Side side;
  private final boolean driving;
  private final CpuClock cpu = new CpuClock();
  private final BufferedReader orders =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private Worker(Side side, boolean driving) {
    this.side = side;
    this.driving = driving;
  }

  /// Obeys until its input ends: `serve DESIGN` or `drive DESIGN ADDRESS`.
  public static void main(String[] args) throws Exception {
    JavaDesign design = Designs.java(args[1]);
    boolean driving = args[0].equals("drive");
    try (Side side = driving ? design.drive(args[2]) : design.serve()) {
      say("{\"address\":\"%s\"}", side.address());
      new Worker(side, driving).obey();
    }
    System.exit(0); // whatever threads a peer still has
  }

  private void obey() throws Exception {
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      Task task = Task.parse(line);
      try (Memory memory = new Memory(side.ownMemory() ? 1 : task.span())) {
        work(task, memory);
      }
    }
  }

  private void work(Task task, Memory memory) throws Exception {
    Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    side.prepare(task, memory);
    say("{\"ready\":true,\"cpu_s\":%.6f}", cpu.seconds());
    if (driving) {
      awaitGo();
    }
    boolean many = task.kind() == Task.Kind.HOLD;
    Optional<Crowd> crowd =
        many ? Optional.of(new Crowd(task.count(), nanos)) : Optional.empty(); // it collects
    long start = System.nanoTime();
    switch (task.kind()) {
      case FLOW -> side.flow(task, memory);
      case TRIP -> side.trip(task, memory, nanos);
      case HAND -> handOver(task, memory, nanos);
      case BESIDE -> side.beside(task, memory, nanos);
      case HOLD -> side.hold(task, crowd.orElseThrow());
      case APPEND, COMMIT -> throw new IllegalArgumentException(task.order());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double spent = cpu.seconds();
    String trips = driving && nanos.getTotalCount() > 0 ? ",\"us\":" + micros(nanos) : "";
    String more = crowd.map(Crowd::json).orElseGet(() -> figures(side.figures()));
    say("{\"seconds\":%.9f,\"cpu_s\":%.6f%s%s}", seconds, spent, trips, more);
    side.release();
  }

  private void handOver(Task task, Memory memory, Histogram nanos) throws Exception {
    Task single = task.single();
    for (long i = 0; i < task.count(); i++) {
      long start = System.nanoTime();
      side.flow(single, memory);
      nanos.recordValue(System.nanoTime() - start);
    }
  }

  private void awaitGo() throws IOException {
    if (orders.readLine() == null) {
      throw new IOException("orders ended (expected: go)");
    }
  }

  private static String figures(List<Double> figures) {
    return figures.isEmpty() ? "" : ",\"figures\":" + figures;
  }

  private static String micros(Histogram nanos) {
    StringBuilder text = new StringBuilder("[");
    for (double part : PARTS) {
      text.append(text.length() > 1 ? "," : "")
          .append(String.format(Locale.ROOT, "%.3f", nanos.getValueAtPercentile(part) / 1e3));
    }
    return text.append(']').toString();
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
    System.out.flush();
  }
}
