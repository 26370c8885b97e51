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
  private static final String ZMQ_ASK = "zmq-ask";
  private static final String ZMQ_PUB = "zmq-pub";
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
      case ZMQ_ASK -> "libzmq-ask";
      case ZMQ_PUB -> "libzmq-pub";
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
      case ZMQ_ASK -> what.what() == Case.What.ROUND_TRIP;
      case ZMQ_PUB -> what.what() == Case.What.PUBLISH;
      default ->
          switch (what.what()) {
            case ONE_WAY, SMALL, ROUND_TRIP -> true;
            default -> false;
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
    boolean zmq = kind.startsWith(ZMQ);
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
