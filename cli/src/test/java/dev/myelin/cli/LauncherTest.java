package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The script that starts the program, with something else in the place of Java.
@Timeout(60)
final class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "myelin");
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
  private static final String DOES_NOT_START =
      """
      echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
      echo 'Error: Could not create the Java Virtual Machine.' >&2
      exit 3
      """;

  @TempDir private Path folder;

  @BeforeEach
  void somethingThatWasBuiltBefore() throws IOException {
    Files.copy(SCRIPT, folder.resolve("myelin"));
    Path app = Files.createDirectories(folder.resolve("cli/target/run/app"));
    Files.writeString(app.resolve("classpath"), "nothing.jar\n");
    Files.writeString(app.resolve("jdk"), folder.resolve("jdk") + " 25\n");
    Files.writeString(app.resolveSibling("current"), "app\n");
    Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aJavaThatDoesNotStartIsHeard(String shell) throws Exception {
    java(DOES_NOT_START);
    String said = said(shell + " \"$0\" run tale; echo \"code $?\"");
    assertThat(said).contains("Error: Could not create the Java Virtual Machine.\n", "code 3\n");
    if (LINUX) {
      assertThat(said).doesNotContain("WARNING");
    }
    assertThat(left()).containsOnly("app", "current");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void itsExitCodeComesWhereNobodyIsTold(String shell) throws Exception {
    java(DOES_NOT_START);
    assertThat(said(shell + " \"$0\" run tale 2>&-; echo \"code $?\"")).isEqualTo("code 3\n");
    assertThat(left()).containsOnly("app", "current");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aPipeThatIsReadEndsWithTheProgram(String shell) throws Exception {
    java("echo answer\necho note >&2\n");
    assertThat(said("echo \"<$(" + shell + " \"$0\" run tale 2>/dev/null)>\""))
        .isEqualTo("<answer>\n");
    assertThat(said("echo \"<$(" + shell + " \"$0\" run tale 2>&1 >/dev/null)>\""))
        .isEqualTo("<note>\n");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aSignalBeforeJavaLeavesNothingBehind(String shell) throws Exception {
    java("echo started\n");
    Files.createDirectories(folder.resolve("first"));
    script("first/mkfifo", "PATH=${PATH#*:}\nmkfifo \"$@\"\nkill -TERM $PPID\n");
    String said = said("PATH=${0%/*}/first:$PATH " + shell + " \"$0\" run tale; echo \"code $?\"");
    assertThat(said).contains(LINUX ? "code 143\n" : "started\n");
    assertThat(left()).containsOnly("app", "current");
  }

  @Test
  void whatComputesGetsVectorsAndOthersDoNot() throws Exception {
    String vectors = "--add-modules=jdk.incubator.vector";
    java("echo \"$@\"\n");
    assertThat(said("sh \"$0\" --json run tale")).contains(vectors, "run tale");
    assertThat(said("sh \"$0\" doctor")).doesNotContain(vectors);
  }

  /// The shells of this machine: the usual one, which may be either of the others.
  private static List<String> shells() {
    List<String> paths = List.of(String.valueOf(System.getenv("PATH")).split(":", -1));
    return Stream.of("sh", "dash", "bash")
        .filter(name -> paths.stream().anyMatch(path -> Files.isExecutable(Path.of(path, name))))
        .toList();
  }

  private List<String> left() throws IOException {
    try (Stream<Path> left = Files.list(folder.resolve("cli/target/run"))) {
      return left.map(path -> path.getFileName().toString()).toList();
    }
  }

  private void java(String does) throws IOException {
    script("jdk/bin/java", does);
    script("jdk/bin/javac", does);
  }

  private void script(String name, String does) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + does);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /// Returns what commands say to both outputs until nobody holds these any more.
  private String said(String commands) throws IOException {
    String script = folder.resolve("myelin").toString();
    ProcessBuilder command = new ProcessBuilder("sh", "-c", commands, script);
    command.redirectErrorStream(true);
    command.environment().put("MYELIN_JAVA_HOME", folder.resolve("jdk").toString());
    List.of("MYELIN_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
        .forEach(command.environment()::remove);
    Process process = command.start();
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }
}
