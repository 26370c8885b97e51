package dev.myelin.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Network namespaces that stand for hosts, joined by a bridge in one of their own; needs root on
/// Linux.
///
/// Nothing of it touches the network of the machine.
final class Namespaces implements Trio.Ground {
  private static final String NETWORK = "10.77.0.0/24";

  private final String name = "my" + ProcessHandle.current().pid();
  private final int hosts;

  private Namespaces(int hosts) {
    this.hosts = hosts;
  }

  /// Makes that many hosts; fails with the words of `ip` where that is not allowed.
  static Namespaces open(int hosts) throws IOException, InterruptedException {
    Namespaces made = new Namespaces(hosts);
    try {
      made.build();
      return made;
    } catch (IOException | InterruptedException e) {
      made.close();
      throw e;
    }
  }

  @Override
  public List<String> prefix(int which) {
    return List.of("ip", "netns", "exec", space(which));
  }

  @Override
  public String host(int which) {
    return "10.77.0." + (which + 1);
  }

  /// Takes that host off the bridge without a word to anybody, as a pulled cable does.
  void dropLink(int which) throws IOException, InterruptedException {
    run("ip", "-n", hub(), "link", "set", "to" + which, "down");
  }

  void restoreLink(int which) throws IOException, InterruptedException {
    run("ip", "-n", hub(), "link", "set", "to" + which, "up");
  }

  /// Loses all that this host sends, on the side of the others; what they send arrives.
  void mute(int which) throws IOException, InterruptedException {
    for (int other = 0; other < hosts; other++) {
      if (other != which) {
        inside(other, "iptables", "-A", "INPUT", "-s", host(which), "-j", "DROP");
      }
    }
  }

  /// Loses all that others send to this host; what it sends arrives. Its kernel waits long before
  /// it takes an answer for lost, and sends what is new meanwhile, so that it sounds alive for as
  /// long as a busy host might.
  void deafen(int which) throws IOException, InterruptedException {
    repeatAfter(which, "1500ms");
    inside(which, "iptables", "-A", "INPUT", "-i", "eth0", "-j", "DROP");
  }

  /// Loses nothing any more.
  void hearAll() throws IOException, InterruptedException {
    for (int each = 0; each < hosts; each++) {
      inside(each, "iptables", "-F", "INPUT");
      repeatAfter(each, "200ms");
    }
  }

  /// Sets how long a kernel waits at least for the answer to what it sent.
  private void repeatAfter(int which, String least) throws IOException, InterruptedException {
    run(
        "ip",
        "-n",
        space(which),
        "route",
        "change",
        NETWORK,
        "dev",
        "eth0",
        "proto",
        "kernel",
        "scope",
        "link",
        "src",
        host(which),
        "rto_min",
        least);
  }

  /// Returns how many packets the rules of [#mute] and [#deafen] have lost.
  long lost() throws IOException, InterruptedException {
    long lost = 0;
    for (int each = 0; each < hosts; each++) {
      lost +=
          inside(each, "iptables", "-L", "INPUT", "-v", "-x", "-n")
              .lines()
              .map(String::strip)
              .filter(line -> line.contains("DROP") && Character.isDigit(line.charAt(0)))
              .mapToLong(line -> Long.parseLong(line.split(" ", 2)[0]))
              .sum();
    }
    return lost;
  }

  private String inside(int which, String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(prefix(which));
    all.addAll(List.of(command));
    return run(all.toArray(String[]::new));
  }

  @Override
  public void close() throws IOException {
    List<String> spaces = new ArrayList<>(List.of(hub()));
    for (int i = 0; i < hosts; i++) {
      spaces.add(space(i));
    }
    try {
      for (String each : spaces) {
        new ProcessBuilder("ip", "netns", "delete", each).start().waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void build() throws IOException, InterruptedException {
    run("ip", "netns", "add", hub());
    run("ip", "-n", hub(), "link", "add", "bridge", "type", "bridge");
    run("ip", "-n", hub(), "link", "set", "bridge", "up");
    for (int i = 0; i < hosts; i++) {
      String host = space(i);
      run("ip", "netns", "add", host);
      run(
          "ip", "-n", hub(), "link", "add", "to" + i, "type", "veth", "peer", "name", "eth0",
          "netns", host);
      run("ip", "-n", hub(), "link", "set", "to" + i, "master", "bridge", "up");
      run("ip", "-n", host, "address", "add", host(i) + "/24", "dev", "eth0");
      run("ip", "-n", host, "link", "set", "eth0", "up");
      run("ip", "-n", host, "link", "set", "lo", "up");
    }
  }

  private String hub() {
    return name + "-hub";
  }

  private String space(int which) {
    return name + "-" + which;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said + " (expected: root on Linux)");
    }
    return said;
  }
}
