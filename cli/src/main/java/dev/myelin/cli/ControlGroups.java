package dev.myelin.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the control groups of Linux leave this process of memory: containers and services are held
/// to less than the machine has.
final class ControlGroups {
  private static final String OWN = "proc/self/cgroup";
  private static final String MOUNT = "sys/fs/cgroup";
  private static final String CONTROLLER = "memory";

  /// How a version of the interface names its files. What is read from disks counts as used, and is
  /// given up when memory is wanted.
  private enum Version {
    ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
    TWO("memory.max", "memory.current", "");

    private final String limit;
    private final String usage;
    private final String prefix;

    Version(String limit, String usage, String prefix) {
      this.limit = limit;
      this.usage = usage;
      this.prefix = prefix;
    }
  }

  private ControlGroups() {}

  /// Returns how many bytes may still be taken; the most there is where nothing is limited.
  ///
  /// @param root of the files in which Linux tells
  static long free(Path root) {
    long free = Long.MAX_VALUE;
    for (String line : lines(root.resolve(OWN))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].isEmpty()) {
        free = Math.min(free, free(root.resolve(MOUNT), parts[2], Version.TWO));
      } else if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains(CONTROLLER)) {
        Path mount = root.resolve(MOUNT).resolve(CONTROLLER);
        free = Math.min(free, free(mount, parts[2], Version.ONE));
      }
    }
    return free;
  }

  // A group is held to the limits of those around it. In a container the group's own path may be
  // that outside of it, and its files stand at the mount.
  private static long free(Path mount, String group, Version version) {
    List<Path> folders = new ArrayList<>(List.of(mount));
    Path own = mount.resolve(group.replaceFirst("^/+", "")).normalize();
    for (Path at = own; at != null && at.startsWith(mount) && !at.equals(mount); ) {
      folders.add(at);
      at = at.getParent();
    }
    long free = Long.MAX_VALUE;
    for (Path folder : folders) {
      long limit = number(folder.resolve(version.limit));
      long used = number(folder.resolve(version.usage));
      if (limit >= 0 && used >= 0) {
        free = Math.min(free, Math.max(0, limit - Math.max(0, used - givenUp(folder, version))));
      }
    }
    return free;
  }

  private static long givenUp(Path folder, Version version) {
    long sum = 0;
    for (String line : lines(folder.resolve("memory.stat"))) {
      String[] words = line.split(" ", -1);
      if (words.length == 2 && words[0].matches(version.prefix + "(in)?active_file")) {
        sum += Math.max(0, number(words[1]));
      }
    }
    return sum;
  }

  private static long number(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? -1 : number(lines.getFirst());
  }

  // The word for no limit is no number.
  private static long number(String text) {
    return text.strip().matches("[0-9]{1,18}") ? Long.parseLong(text.strip()) : -1;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of(); // Not for us to read: the system will say itself when there is too little.
    }
  }
}
