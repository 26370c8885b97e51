package dev.myelin.cli;

import dev.myelin.net.NodeConfig.Encryption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the settings say about encryption.
final class TlsSettings {
  private static final List<Setting> FILES =
      List.of(Setting.TLS_CA, Setting.TLS_CERT, Setting.TLS_KEY);

  /// The two words.
  private enum Kind {
    TLS,
    PLAIN
  }

  private TlsSettings() {}

  /// Returns how a node with these settings encrypts.
  static Encryption encryption(Settings settings) {
    Set<String> pins = Set.copyOf(settings.list(Setting.TLS_PINS));
    List<Setting> given =
        FILES.stream().filter(setting -> settings.given(setting).isPresent()).toList();
    if (settings.choice(Setting.ENCRYPTION, Kind.class) == Kind.PLAIN) {
      if (!given.isEmpty() || !pins.isEmpty()) {
        throw settings.wrong(Setting.ENCRYPTION, "tls, for certificates or pins were given too");
      }
      return Encryption.plain();
    }
    if (!given.isEmpty() && given.size() < FILES.size()) {
      throw settings.wrong(given.getFirst(), "tls-ca, tls-cert and tls-key together, or none");
    }
    try {
      return new Encryption.Tls(
          given.isEmpty() ? Optional.empty() : Optional.of(authority(settings)), pins);
    } catch (IllegalArgumentException e) {
      throw settings.wrong(Setting.TLS_PINS, "sha256/ and 44 characters of Base64 each");
    }
  }

  private static Encryption.Authority authority(Settings settings) {
    return new Encryption.Authority(
        Path.of(settings.text(Setting.TLS_CA).strip()),
        Path.of(settings.text(Setting.TLS_CERT).strip()),
        Path.of(settings.text(Setting.TLS_KEY).strip()));
  }
}
