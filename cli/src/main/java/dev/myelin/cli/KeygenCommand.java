package dev.myelin.cli;

import dev.myelin.wire.parts.CurveKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Makes the key that a community shares.
@Command(
    name = "keygen",
    header = "Make a key for your nodes to share.",
    description = {
      "",
      "Prints 256 random bits as text. The text is the key: give it to every node as it",
      "is, by a channel that others cannot read.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin keygen --out key.txt            a file that only you may read",
      "  export MYELIN_API_KEY=$(myelin keygen)",
      "  myelin keygen --format hex",
      "  myelin keygen --curve --out curve.txt  for --curve-secret-key-file; prints the public key"
    })
final class KeygenCommand implements Callable<Integer> {
  private static final int KEY_BYTES = 32;

  /// How the bits are written.
  enum Format {
    BASE64URL,
    HEX
  }

  private final RootCommand root;

  @Option(
      names = "--format",
      paramLabel = "base64url|hex",
      defaultValue = "base64url",
      description = "How the bits are written (default: ${DEFAULT-VALUE}).")
  private Format format = Format.BASE64URL;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write to a new file with mode 0600 instead of printing.")
  private @Nullable Path out;

  @Option(
      names = "--curve",
      description = "Make a CURVE key pair; with --out the file has both, and the public is told.")
  private boolean curve;

  KeygenCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    if (curve) {
      return curve();
    }
    byte[] bits = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(bits);
    String key =
        switch (format) {
          case BASE64URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
          case HEX -> HexFormat.of().formatHex(bits);
        };
    if (out == null) {
      if (root.json()) {
        root.print(Json.object("key", key, "bits", KEY_BYTES * 8));
      } else {
        root.print(key);
      }
      return ExitCodes.OK;
    }
    write(out, key);
    if (root.json()) {
      root.print(Json.object("file", out.toString(), "bits", KEY_BYTES * 8));
    } else {
      root.print(
          "wrote " + out + "; give it to every node, then start them with --key-file " + out);
    }
    return ExitCodes.OK;
  }

  private int curve() throws IOException {
    CurveKey.Pair pair = CurveKey.Pair.random();
    String publicKey = pair.publicKey().toZ85();
    String secretKey = pair.secretKey().toZ85();
    String text = "public-key  " + publicKey + "\nsecret-key  " + secretKey;
    if (out == null) {
      if (root.json()) {
        root.print(Json.object("public_key", publicKey, "secret_key", secretKey));
      } else {
        root.print(text);
      }
      return ExitCodes.OK;
    }
    write(out, text);
    if (root.json()) {
      root.print(Json.object("file", out.toString(), "public_key", publicKey));
    } else {
      root.print("public-key  " + publicKey);
    }
    return ExitCodes.OK;
  }

  private static void write(Path file, String key) throws IOException {
    try {
      StateFolder.writePrivate(file, key + "\n");
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCodes.CANNOT_CREATE,
          file + ": exists already (expected: a new name); a key is never overwritten",
          e);
    }
  }
}
