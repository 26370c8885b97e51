package dev.myelin.cli;

import dev.myelin.net.Compression;
import dev.myelin.net.Endpoint;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.NodeConfig.Identity;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.wire.ApiKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that starts a node, and the configuration they make.
final class NodeOptions {
  private static final int WEAK_KEY_BYTES = 16;

  private final Map<Setting, String> arguments = new EnumMap<>(Setting.class);
  private final Map<Setting, String> defaults = new EnumMap<>(Setting.class);

  @Option(
      names = "--config",
      order = 24,
      paramLabel = "FILE",
      description =
          "Settings from a file, key=value lines or a JSON object (variable MYELIN_CONFIG).")
  private @Nullable Path config;

  @Option(
      names = "--no-discovery",
      order = 18,
      description = "Look for nobody; the same as --discovery none.")
  private boolean noDiscovery;

  @Option(
      names = "--no-shared-memory",
      order = 26,
      description = "Reach peers on this machine as all others; the same as --neighbours socket.")
  private boolean noSharedMemory;

  /// Returns options for the two processes of a measurement, which is of sockets unless told.
  static NodeOptions measuring() {
    NodeOptions options = passing();
    options.defaults.put(Setting.NEIGHBOURS, "socket");
    return options;
  }

  /// Returns options whose port is the system's choice unless told: for commands that come and go.
  static NodeOptions passing() {
    NodeOptions options = new NodeOptions();
    options.defaults.put(Setting.PORT, "0");
    return options;
  }

  /// Returns options for a node that stays.
  static NodeOptions staying() {
    return new NodeOptions();
  }

  @Option(names = "--community", order = 10, paramLabel = "NAME")
  void community(String text) {
    arguments.put(Setting.COMMUNITY, text);
  }

  @Option(names = "--api-key", order = 12, paramLabel = "KEY")
  void apiKey(String text) {
    arguments.put(Setting.API_KEY, text);
  }

  @Option(names = "--key-file", order = 11, paramLabel = "FILE")
  void keyFile(String text) {
    arguments.put(Setting.KEY_FILE, text);
  }

  @Option(names = "--host", order = 13, paramLabel = "ADDRESS")
  void host(String text) {
    arguments.put(Setting.HOST, text);
  }

  @Option(names = "--port", order = 14, paramLabel = "PORT")
  void port(String text) {
    arguments.put(Setting.PORT, text);
  }

  @Option(names = "--peers", order = 15, paramLabel = "PEER,…")
  void peers(String text) {
    arguments.merge(Setting.PEERS, text, (all, one) -> all + "," + one);
  }

  @Option(names = "--peers-file", order = 16, paramLabel = "FILE")
  void peersFile(String text) {
    arguments.put(Setting.PEERS_FILE, text);
  }

  @Option(names = "--policy", order = 20, paramLabel = "secure|compat")
  void policy(String text) {
    arguments.put(Setting.POLICY, text);
  }

  @Option(names = "--compat-peers", order = 21, paramLabel = "PEER,…")
  void compatPeers(String text) {
    arguments.merge(Setting.COMPAT_PEERS, text, (all, one) -> all + "," + one);
  }

  @Option(
      names = "--plain",
      order = 25,
      description = "Encrypt nothing; the same as --encryption plain.")
  private boolean plain;

  @Option(names = "--encryption", order = 26, paramLabel = "tls|plain")
  void encryption(String text) {
    arguments.put(Setting.ENCRYPTION, text);
  }

  @Option(names = "--tls-ca", order = 27, paramLabel = "FILE")
  void tlsCa(String text) {
    arguments.put(Setting.TLS_CA, text);
  }

  @Option(names = "--tls-cert", order = 28, paramLabel = "FILE")
  void tlsCert(String text) {
    arguments.put(Setting.TLS_CERT, text);
  }

  @Option(names = "--tls-key", order = 29, paramLabel = "FILE")
  void tlsKey(String text) {
    arguments.put(Setting.TLS_KEY, text);
  }

  @Option(names = "--tls-pins", order = 30, paramLabel = "PIN,…")
  void tlsPin(String text) {
    arguments.merge(Setting.TLS_PINS, text, (all, one) -> all + "," + one);
  }

  @Option(names = "--discovery", order = 17, paramLabel = "MEANS,…")
  void discovery(String text) {
    arguments.put(Setting.DISCOVERY, text);
  }

  @Option(names = "--broadcast-port", order = 19, paramLabel = "PORT")
  void broadcastPort(String text) {
    arguments.put(Setting.BROADCAST_PORT, text);
  }

  @Option(names = "--threads", order = 22, paramLabel = "platform|virtual")
  void threads(String text) {
    arguments.put(Setting.THREADS, text);
  }

  @Option(names = "--profile", order = 22, paramLabel = "balanced|latency")
  void profile(String text) {
    arguments.put(Setting.PROFILE, text);
  }

  @Option(names = "--neighbours", order = 25, paramLabel = "shared-memory|socket")
  void neighbours(String text) {
    arguments.put(Setting.NEIGHBOURS, text);
  }

  @Option(names = "--compress", order = 26, paramLabel = "auto|off|lz4|zstd")
  void compress(String text) {
    arguments.put(Setting.COMPRESS, text);
  }

  @Option(names = "--state-dir", order = 23, paramLabel = "DIR")
  void stateDir(String text) {
    arguments.put(Setting.STATE_DIR, text);
  }

  /// Returns the settings as told by arguments, environment, file and defaults.
  Settings settings(Shell shell) throws IOException {
    Map<Setting, String> all = new EnumMap<>(arguments);
    if (noDiscovery) {
      if (all.containsKey(Setting.DISCOVERY)) {
        throw new CommandException(
            ExitCodes.USAGE, "--no-discovery and --discovery: both given (expected: one of them)");
      }
      all.put(Setting.DISCOVERY, "none");
    }
    if (plain) {
      if (all.containsKey(Setting.ENCRYPTION)) {
        throw new CommandException(
            ExitCodes.USAGE, "--plain and --encryption: both given (expected: one of them)");
      }
      all.put(Setting.ENCRYPTION, "plain");
    }
    if (noSharedMemory) {
      if (all.containsKey(Setting.NEIGHBOURS)) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--no-shared-memory and --neighbours: both given (expected: one of them)");
      }
      all.put(Setting.NEIGHBOURS, "socket");
    }
    return Settings.resolve(all, shell, Optional.ofNullable(config), defaults);
  }

  /// Returns the configuration of a node, with a warning where one is due.
  NodeConfig nodeConfig(RootCommand root) throws IOException {
    Settings settings = settings(root.shell());
    String key = key(settings).orElseThrow(NodeOptions::keyMissing);
    warn(root, settings, key);
    int port = settings.number(Setting.PORT, 0, 65_535);
    Optional<Path> state = StateFolder.of(settings, root.shell(), port);
    Identity identity =
        new Identity(
            StateFolder.nodeId(state), settings.text(Setting.COMMUNITY), ApiKey.of(key), state);
    return NodeConfig.of(identity.community(), key)
        .identity(identity)
        .listen(new Endpoint(settings.text(Setting.HOST), port))
        .security(security(settings))
        .finding(finding(settings))
        .links(
            NodeConfig.Links.defaults()
                .threads(settings.choice(Setting.THREADS, NodeConfig.Threads.class))
                .profile(settings.choice(Setting.PROFILE, NodeConfig.Profile.class))
                .neighbours(settings.choice(Setting.NEIGHBOURS, NodeConfig.Neighbours.class))
                .compression(settings.choice(Setting.COMPRESS, Compression.class)));
  }

  /// Returns the configuration of a node on this machine's loopback that looks for nobody.
  NodeConfig loopbackConfig(RootCommand root) throws IOException {
    return nodeConfig(root).listen(new Endpoint("127.0.0.1", 0)).finding(Finding.only());
  }

  /// Returns the configuration of a node that announces itself on this machine's loopback alone.
  NodeConfig announcedConfig(RootCommand root) throws IOException {
    NodeConfig config = nodeConfig(root);
    Finding finding =
        new Finding(
            EnumSet.of(Finding.Means.BROADCAST, Finding.Means.MULTICAST),
            List.of(),
            Optional.empty(),
            config.finding().broadcastPort());
    return config.listen(new Endpoint("127.0.0.1", 0)).finding(finding);
  }

  /// Returns the same identity under a fresh id that is remembered nowhere.
  static Identity stranger(Identity identity) {
    return new Identity(UUID.randomUUID(), identity.community(), identity.key(), Optional.empty());
  }

  /// Returns the key; empty if none was given.
  static Optional<String> key(Settings settings) throws IOException {
    Settings.Value text = settings.value(Setting.API_KEY);
    Settings.Value file = settings.value(Setting.KEY_FILE);
    boolean hasText = settings.given(Setting.API_KEY).isPresent();
    boolean hasFile = settings.given(Setting.KEY_FILE).isPresent();
    if (hasText && hasFile && text.source() == file.source()) {
      throw new CommandException(
          ExitCodes.USAGE,
          "a key from "
              + text.place()
              + " and one from "
              + file.place()
              + " (expected: one of them)");
    }
    if (hasFile && (!hasText || file.source().compareTo(text.source()) < 0)) {
      return Optional.of(keyIn(Path.of(file.text().strip())));
    }
    return hasText ? Optional.of(text.text()) : Optional.empty();
  }

  private static String keyIn(Path file) throws IOException {
    String key;
    try {
      key = Files.readString(file).lines().findFirst().orElse("").strip();
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCodes.NO_INPUT,
          file + ": no such key file; make one with 'myelin keygen --out " + file + "'",
          e);
    }
    if (key.isEmpty()) {
      throw new CommandException(
          ExitCodes.DATA,
          file + ": the first line is empty (expected: the key); see 'myelin keygen'");
    }
    return key;
  }

  private static CommandException keyMissing() {
    return new CommandException(
        ExitCodes.USAGE,
        "no key (expected: --key-file, --api-key, MYELIN_KEY_FILE or MYELIN_API_KEY); make one with"
            + " 'myelin keygen --out key.txt' and give it to every node");
  }

  private static void warn(RootCommand root, Settings settings, String key) {
    if (settings.text(Setting.ENCRYPTION).strip().equalsIgnoreCase("plain")) {
      root.note(
          "warning: connections are not encrypted: whoever is on the path reads every tensor and"
              + " can change it");
    }
    if (settings.value(Setting.API_KEY).source() == Settings.Source.ARGUMENT) {
      root.note(
          "hint: --api-key shows the key in the process list; use --key-file or MYELIN_API_KEY");
    }
    if (ApiKey.of(key).length() < WEAK_KEY_BYTES) {
      root.note(
          "warning: the key has "
              + Words.count(ApiKey.of(key).length(), "byte")
              + " and can be guessed from one recorded greeting (expected: >= 16); see 'myelin"
              + " keygen'");
    }
  }

  private static Security security(Settings settings) {
    Security.Policy policy = settings.choice(Setting.POLICY, Security.Policy.class);
    Set<String> compatible = Set.copyOf(settings.list(Setting.COMPAT_PEERS));
    if (policy == Security.Policy.SECURE && !compatible.isEmpty()) {
      throw settings.wrong(Setting.COMPAT_PEERS, "none under policy secure; add --policy compat");
    }
    return new Security(policy, compatible, TlsSettings.encryption(settings));
  }

  /// Returns how a node with these settings finds peers.
  static Finding finding(Settings settings) {
    List<String> names = settings.list(Setting.DISCOVERY);
    Set<Finding.Means> means = EnumSet.noneOf(Finding.Means.class);
    if (!names.equals(List.of("none"))) {
      means.addAll(settings.choices(Setting.DISCOVERY, Finding.Means.class));
    }
    return new Finding(
        means,
        settings.list(Setting.PEERS),
        settings.given(Setting.PEERS_FILE).map(Path::of),
        settings.number(Setting.BROADCAST_PORT, 1, 65_535));
  }
}
