package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One kind of `side.c`, compiled when it is first needed.
final class CDesign implements Design {
  private static final String ZMQ = "zmq";
  private final String kind;
  private final String about;

  CDesign(String kind, String about) {
    this.kind = kind;
    this.about = about;
  }

  @Override
  public String name() {
    return switch (kind) {
      case "memcpy" -> kind;
      case ZMQ -> "libzmq";
      default -> "c-" + kind;
    };
  }

  @Override
  public String about() {
    return about;
  }

  @Override
  public boolean measures(Case what) {
    return switch (kind) {
      case "memcpy" -> what.what() == Case.What.ONE_WAY;
      case "tcp-batched" -> what.what() == Case.What.SMALL;
      default ->
          switch (what.what()) {
            case ONE_WAY, SMALL, ROUND_TRIP -> true;
            case HAND_OVER, BESIDE, CONNECTIONS -> false;
          };
    };
  }

  @Override
  public Pair open(Workplace workplace) throws IOException, InterruptedException {
    String program = compiled(workplace).toString();
    return ProcessPair.start(
        name(), List.of(program, "serve", kind), List.of(program, "drive", kind), Map.of());
  }

  private Path compiled(Workplace workplace) throws IOException, InterruptedException {
    boolean zmq = kind.equals(ZMQ);
    Path source = workplace.sources().resolve("side.c");
    Path program = workplace.folder().resolve(zmq ? "side-zmq" : "side");
    if (Files.exists(program)
        && Files.getLastModifiedTime(program).compareTo(Files.getLastModifiedTime(source)) > 0) {
      return program;
    }
    List<String> command =
        new ArrayList<>(List.of("cc", "-O2", "-o", program.toString(), source.toString()));
    if (zmq) {
      command.addAll(List.of("-DWITH_ZMQ", "-lzmq"));
    }
    String words = compile(command);
    if (!words.isEmpty()) {
      throw new Absent(words);
    }
    return program;
  }

  /// Returns why it could not; empty if it could.
  private static String compile(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return "no C compiler (cc)";
    }
    return process.waitFor() == 0
        ? ""
        : command.contains("-lzmq")
            ? "libzmq is not installed (apt-get install libzmq3-dev)"
            : String.join(" ", command) + ": failed";
  }
}
