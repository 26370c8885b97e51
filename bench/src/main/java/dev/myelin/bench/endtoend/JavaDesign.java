package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A design whose two halves are Java: one small class with both.
abstract class JavaDesign implements Design {
  /// The same for all, or figures would compare options. Tensors lie outside the heap.
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms256m",
          "-Xmx1g",
          "-XX:MaxDirectMemorySize=8g",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");

  private final String name;
  private final String about;

  JavaDesign(String name, String about) {
    this.name = name;
    this.about = about;
  }

  /// Returns the half that is dialled.
  abstract Side serve() throws Exception;

  /// Returns the half that dials, connected.
  abstract Side drive(String address) throws Exception;

  /// Returns further options of its JVMs.
  List<String> options() {
    return List.of();
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String about() {
    return about;
  }

  @Override
  public boolean measures(Case what) {
    return switch (what.what()) {
      case ONE_WAY, SMALL, ROUND_TRIP -> true;
      default -> false;
    };
  }

  @Override
  public final Pair open(Workplace workplace) throws IOException, InterruptedException {
    Map<String, String> environment = Map.of("MYELIN_BENCH_KEY", workplace.key());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(options());
    command.addAll(workplace.options());
    command.addAll(List.of("-cp", workplace.classPath(), Worker.class.getName()));
    return ProcessPair.start(
        name, with(command, "serve", name), with(command, "drive", name), environment);
  }

  private static List<String> with(List<String> command, String... more) {
    List<String> longer = new ArrayList<>(command);
    longer.addAll(List.of(more));
    return longer;
  }
}
