package dev.myelin.bench.endtoend;

import java.nio.file.Path;
import java.util.List;

/// What designs may use to start their processes.
///
/// @param classPath of the Java designs
/// @param folder for programs that are compiled
/// @param sources the folder of the C sources
/// @param key what our own nodes prove to each other
/// @param options further options of the JVMs
record Workplace(String classPath, Path folder, Path sources, String key, List<String> options) {
  Workplace {
    options = List.copyOf(options);
  }

  /// Returns the same for processes whose memory is weighed: the heap is resident from the start,
  /// so that it can be told from what connections take.
  Workplace weighing() {
    return new Workplace(classPath, folder, sources, key, List.of("-XX:+AlwaysPreTouch", "-Xmx2g"));
  }
}
