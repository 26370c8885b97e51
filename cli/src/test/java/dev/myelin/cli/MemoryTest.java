package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.MemoryCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path root;

  @BeforeEach
  void aMachineWithTwoGibibytesFree() throws IOException {
    write("proc/meminfo", "MemTotal:        4194304 kB\nMemAvailable:    2097152 kB\n");
  }

  @Test
  void withoutGroupsTheMachineSays() {
    assertThat(free()).isEqualTo(2048);
  }

  @Test
  void aGroupOfTheSecondVersionIsHeldToItsLimit() throws IOException {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/memory.max", (512 * MIB) + "\n");
    write("sys/fs/cgroup/memory.current", (300 * MIB) + "\n");
    assertThat(free()).isEqualTo(212);
    String stat = "anon 5\nactive_file %d\ninactive_file %d\n".formatted(60 * MIB, 40 * MIB);
    write("sys/fs/cgroup/memory.stat", stat);
    assertThat(free()).as("what is read from disks is given up").isEqualTo(312);
    write("sys/fs/cgroup/memory.current", (600 * MIB) + "\n");
    assertThat(free()).isEqualTo(12);
    write("sys/fs/cgroup/memory.max", "max\n");
    assertThat(free()).isEqualTo(2048);
  }

  @Test
  void aGroupIsHeldToTheLimitsOfThoseAroundIt() throws IOException {
    write("proc/self/cgroup", "0::/system.slice/some.service\n");
    write("sys/fs/cgroup/system.slice/memory.max", (100 * MIB) + "\n");
    write("sys/fs/cgroup/system.slice/memory.current", "0\n");
    write("sys/fs/cgroup/system.slice/some.service/memory.max", "max\n");
    write("sys/fs/cgroup/system.slice/some.service/memory.current", "0\n");
    assertThat(free()).isEqualTo(100);
  }

  @Test
  void aGroupOfTheFirstVersionIsHeldToItsLimit() throws IOException {
    write("proc/self/cgroup", "3:cpu,cpuacct:/x\n2:memory:/docker/abc\n0::/docker/abc\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "4096\n");
    assertThat(free()).isEqualTo(2048);
    write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", (256 * MIB) + "\n");
    write("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", (200 * MIB) + "\n");
    write("sys/fs/cgroup/memory/docker/abc/memory.stat", "total_inactive_file " + 8 * MIB + "\n");
    assertThat(free()).isEqualTo(64);
  }

  @Test
  void strangeFilesLimitNothing() throws IOException {
    write("proc/self/cgroup", "nonsense\n0::/../../..\n1:memory\n");
    write("sys/fs/cgroup/memory.max", "many\n");
    write("sys/fs/cgroup/memory.current", "");
    write("memory.max", "1\n");
    write("memory.current", "1\n");
    assertThat(free()).isEqualTo(2048);
  }

  @Test
  void aModelThatDoesNotFitIsRefusedWithWhatToDo() {
    MemoryCost cost = new MemoryCost(1_000_000, 100_000, 1_000, 128);
    Memory enough = new Memory(1_484_000, 484_000);
    assertThatCode(() -> enough.require("m", cost, 300, "--context")).doesNotThrowAnyException();
    assertThatThrownBy(() -> new Memory(1_483_999, 484_000).require("m", cost, 300, "--context"))
        .isInstanceOf(CommandException.class)
        .hasMessage(
            "m: needs 1.0 MB for weights and 484.0 kB for 300 tokens (expected: <= 1.5 MB together,"
                + " which are free); take weights of a smaller type"
                + " ('myelin models convert MODEL FILE --type q4_0') or fewer tokens (--context)");
    assertThatThrownBy(() -> new Memory(1_484_000, 483_999).require("m", cost, 300, "--tokens"))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.OS))
        .hasMessage(
            "m: needs 484.0 kB for 300 tokens (expected: <= 484.0 kB of heap);"
                + " take fewer tokens (--tokens)");
  }

  private long free() {
    return Memory.of(root).free() / MIB;
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
