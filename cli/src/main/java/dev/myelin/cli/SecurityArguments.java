package dev.myelin.cli;

import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.PartsSecurity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options by which the two sides of a messaging pattern prove who they are.
final class SecurityArguments {
  /// The secret key in a file that `keygen --curve` or a ZeroMQ tool wrote.
  private static final Pattern SECRET =
      Pattern.compile("(?m)^\\s*secret[-_ ]key[\\s=:\"]+([^\\s\"]{40})\"?\\s*$");

  @Option(
      names = "--curve-server-key",
      order = 30,
      paramLabel = "KEY",
      description = "Encrypt by CURVE, as the client of the server with this public key (Z85).")
  private @Nullable String curveServerKey;

  @Option(
      names = "--curve-public-key",
      order = 31,
      paramLabel = "KEY",
      description = "The public key of this side; may be left out, and is checked if given.")
  private @Nullable String curvePublicKey;

  @Option(
      names = "--curve-secret-key",
      order = 32,
      paramLabel = "KEY",
      description =
          "The secret key of this side (Z85). Without --curve-server-key this side is the server;"
              + " a client without it makes a key of its own.")
  private @Nullable String curveSecretKey;

  @Option(
      names = "--curve-secret-key-file",
      order = 33,
      paramLabel = "FILE",
      description = "Likewise, in a file: the 40 characters, or what keygen --curve wrote.")
  private @Nullable Path curveSecretKeyFile;

  @Option(
      names = "--curve-client-key",
      order = 34,
      paramLabel = "KEY",
      description =
          "For a CURVE server: a client with this public key may come in. Repeatable; without it,"
              + " whoever knows the server's public key may.")
  private List<String> curveClientKeys = List.of();

  @Option(
      names = "--plain-user",
      order = 35,
      paramLabel = "NAME",
      description =
          "Show this name and a password, in clear (PLAIN); a side that only binds asks for them"
              + " instead.")
  private @Nullable String plainUser;

  @Option(
      names = "--plain-password",
      order = 36,
      paramLabel = "TEXT",
      description = "The password; others on this machine may see it among the processes.")
  private @Nullable String plainPassword;

  @Option(
      names = "--plain-password-file",
      order = 37,
      paramLabel = "FILE",
      description = "The password in a file.")
  private @Nullable Path plainPasswordFile;

  /// Returns what these options say.
  ///
  /// @param bindsOnly whether this side dials nobody
  PartsSecurity security(boolean bindsOnly) throws IOException {
    String secret = one("--curve-secret-key", curveSecretKey, curveSecretKeyFile);
    boolean curve = curveServerKey != null || secret != null;
    if (!curve && (curvePublicKey != null || !curveClientKeys.isEmpty())) {
      throw wrong("--curve-secret-key", "missing", "it, for a server, or --curve-server-key");
    }
    if (curve && plainUser != null) {
      throw wrong("--plain-user", "beside CURVE", "one of the two");
    }
    if (curve) {
      return curve(secret);
    }
    String password = one("--plain-password", plainPassword, plainPasswordFile);
    if (plainUser == null) {
      if (password != null) {
        throw wrong("--plain-user", "missing", "a name beside the password");
      }
      return new PartsSecurity.Open();
    }
    if (password == null) {
      throw wrong("--plain-password", "missing", "it, or --plain-password-file");
    }
    return bindsOnly
        ? new PartsSecurity.PlainServer(onlyUser(plainUser, password))
        : new PartsSecurity.PlainClient(plainUser, password);
  }

  private PartsSecurity curve(@Nullable String secret) {
    CurveKey.Pair own =
        secret == null
            ? CurveKey.Pair.random()
            : CurveKey.Pair.of(key("--curve-secret-key", secretIn(secret)));
    if (curvePublicKey != null && !own.publicKey().toZ85().equals(curvePublicKey.strip())) {
      throw wrong(
          "--curve-public-key",
          curvePublicKey,
          secret == null ? "--curve-secret-key beside it" : "the one of --curve-secret-key");
    }
    if (curveServerKey == null) {
      return new PartsSecurity.CurveServer(own, onlyKeys());
    }
    if (!curveClientKeys.isEmpty()) {
      throw wrong("--curve-client-key", "given to a client", "it on the server's side");
    }
    return new PartsSecurity.CurveClient(key("--curve-server-key", curveServerKey), own);
  }

  private PartsSecurity.Authenticator onlyKeys() {
    Set<String> allowed =
        curveClientKeys.stream()
            .map(text -> key("--curve-client-key", text).toZ85())
            .collect(Collectors.toUnmodifiableSet());
    return claim -> allowed.isEmpty() || allowed.contains(claim.key()) ? claim.key() : null;
  }

  private static PartsSecurity.Authenticator onlyUser(String user, String password) {
    return claim -> {
      boolean name = isSame(claim.user(), user);
      boolean word = isSame(claim.password(), password); // looked at whatever the name
      return name && word ? user : null;
    };
  }

  private static boolean isSame(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable String one(String name, @Nullable String text, @Nullable Path file)
      throws IOException {
    if (file == null) {
      return text;
    }
    if (text != null) {
      throw wrong(name, "given beside " + name + "-file", "one of the two");
    }
    return Files.readString(file).strip();
  }

  private static String secretIn(String text) {
    Matcher matcher = SECRET.matcher(text);
    return matcher.find() ? matcher.group(1) : text;
  }

  private static CurveKey key(String name, String text) {
    try {
      return CurveKey.parse(text.strip());
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCodes.USAGE, name + ": " + e.getMessage(), e);
    }
  }

  private static CommandException wrong(String name, String was, String expected) {
    return new CommandException(
        ExitCodes.USAGE, name + ": " + was + " (expected: " + expected + ")");
  }
}
