package dev.myelin.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One thing a node can be told, by an argument, a variable, a line of a file, or else by default.
enum Setting {
  COMMUNITY(
      "community", "myelin", "The name that nodes share; others are ignored.", "ASOC_COMMUNITY"),
  API_KEY("api-key", "", "The key that nodes share, as text.", "ASOC_API_KEY"),
  KEY_FILE("key-file", "", "A file whose first line is the key."),
  HOST("host", "0.0.0.0", "The address to listen on; :: for IPv6 as well."),
  PORT("port", "9000", "The TCP port to listen on; 0 lets the system choose.", "ASOC_PORT"),
  PEERS(
      "peers",
      "",
      "Peers to dial: host:port, DNS names or srv:NAME, with commas between.",
      "ASOC_PEERS"),
  PEERS_FILE("peers-file", "", "A file of peers, one per line; read again when it changes."),
  POLICY(
      "policy",
      "secure",
      "secure: every peer must prove that it holds the key; compat: stock ASoc peers need not."),
  COMPAT_PEERS(
      "compat-peers",
      "",
      "With policy compat, the addresses, networks (CIDR) and ids that count as stock peers; empty:"
          + " all."),
  ENCRYPTION(
      "encryption",
      "tls",
      "tls: connections are encrypted, but for those with stock peers; plain: none is, and whoever"
          + " is on the path reads along."),
  TLS_CA(
      "tls-ca",
      "",
      "A PEM file of authorities: only peers with a certificate of theirs count. Needs tls-cert and"
          + " tls-key."),
  TLS_CERT("tls-cert", "", "A PEM file of the node's certificate, and those up to the authority."),
  TLS_KEY("tls-key", "", "A PEM file of its private key in PKCS #8."),
  TLS_PINS(
      "tls-pins",
      "",
      "Pins of the peers that count, as sha256/…, with commas between; 'myelin node' prints its"
          + " own."),
  DISCOVERY(
      "discovery",
      "broadcast,multicast,mdns,gossip",
      "How to find peers: any of broadcast, multicast, mdns, gossip; or none."),
  BROADCAST_PORT("broadcast-port", "9999", "The UDP port of announcements."),
  THREADS(
      "threads",
      "platform",
      "platform: lowest latency, for hundreds of peers; virtual: for thousands of idle ones."),
  PROFILE(
      "profile",
      "balanced",
      "balanced: a waiting reader costs nothing; latency: it looks for bytes for some tens of"
          + " microseconds before it sleeps, while bytes keep coming."),
  NEIGHBOURS(
      "neighbours",
      "shared-memory",
      "shared-memory: frames of peers on this machine pass through memory; socket: as all others."),
  COMPRESS(
      "compress",
      "auto",
      "auto: compress tensors where that brings them over the measured link sooner; off; lz4;"
          + " zstd."),
  STATE_DIR(
      "state-dir",
      "",
      "Where the node keeps its id, its TLS key and the greetings it has seen; by default a folder"
          + " of the user per port.");

  private final String key;
  private final String fallback;
  private final String meaning;
  private final String stockVariable;

  Setting(String key, String fallback, String meaning) {
    this(key, fallback, meaning, "");
  }

  Setting(String key, String fallback, String meaning, String stockVariable) {
    this.key = key;
    this.fallback = fallback;
    this.meaning = meaning;
    this.stockVariable = stockVariable;
  }

  /// Returns the name in files, and with two dashes on the command line.
  String key() {
    return key;
  }

  /// Returns what counts when nobody says anything.
  String fallback() {
    return fallback;
  }

  /// Returns what it does, for help and documents.
  String meaning() {
    return meaning;
  }

  /// Returns the variables that carry it, strongest first.
  List<String> variables() {
    String own = "MYELIN_" + name();
    return stockVariable.isEmpty() ? List.of(own) : List.of(own, stockVariable);
  }

  /// Returns whether it must not be shown.
  boolean secret() {
    return this == API_KEY;
  }

  /// Returns the setting with that key.
  static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }
}
