package dev.myelin.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Decodes frames from hex, a file or a capture.
@Command(
    name = "dissect",
    header = "Decode frames from hex, a file or a capture file.",
    description = {
      "",
      "Prints a table, or with --json an object per frame: dialect, type, length, fields, and",
      "error where the bytes break the dialect. Ends with 0 when all was decoded, else 65.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin dissect --hex 0102000000010000000300000000",
      "  myelin dissect --file stream.bin --dialect asoc",
      "  tcpdump -i lo -w nodes.pcap tcp port 9000; myelin dissect --file nodes.pcap --json"
    })
final class DissectCommand implements Callable<Integer> {
  /// Which dialect the bytes are in.
  enum Choice {
    AUTO,
    ASOC,
    ZMTP
  }

  /// Where the bytes come from.
  static final class Input {
    @Option(
        names = "--hex",
        paramLabel = "HEX",
        description = "The bytes as hex digits; blanks, colons and 0x are passed over.")
    private @Nullable String hex;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description =
            "Raw bytes, hex text, or a capture (pcap, pcapng), told apart by their beginning.")
    private @Nullable Path file;

    Input() {}
  }

  private final RootCommand root;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Input input = new Input();

  @Option(
      names = "--dialect",
      paramLabel = "asoc|zmtp|auto",
      defaultValue = "auto",
      description = "Whose frames they are (default: ${DEFAULT-VALUE}).")
  private Choice dialect = Choice.AUTO;

  DissectCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    FrameTable table = new FrameTable(root, dialect);
    List<Flows.Flow> flows;
    try {
      flows = flows();
    } catch (CommandException e) {
      table.printUnreadable(String.valueOf(e.getMessage()));
      return e.exitCode();
    }
    boolean clean = true;
    for (Flows.Flow flow : flows) {
      clean &= table.print(flow);
    }
    if (!table.conclude()) {
      root.note("no frames (expected: at least one)");
      return ExitCodes.DATA;
    }
    return clean ? ExitCodes.OK : ExitCodes.DATA;
  }

  private List<Flows.Flow> flows() throws IOException {
    if (input.hex != null) {
      return List.of(plain(parseHex("--hex", input.hex)));
    }
    Path file = input.file == null ? Path.of("") : input.file;
    byte[] bytes = Files.readAllBytes(file);
    if (Capture.begins(ByteBuffer.wrap(bytes))) {
      List<Flows.Flow> flows = Flows.of(Capture.packets(ByteBuffer.wrap(bytes)));
      if (flows.isEmpty()) {
        throw new CommandException(
            ExitCodes.DATA,
            file + ": no TCP or UDP payload in this capture (expected: some); check its filter");
      }
      return flows;
    }
    return List.of(plain(isHexText(bytes) ? parseHex(file.toString(), ascii(bytes)) : bytes));
  }

  private static Flows.Flow plain(byte[] bytes) {
    if (bytes.length == 0) {
      throw new CommandException(ExitCodes.DATA, "no bytes (expected: at least one frame)");
    }
    return new Flows.Flow("", false, ByteBuffer.wrap(bytes), 0);
  }

  private static boolean isHexText(byte[] bytes) {
    for (byte b : bytes) {
      if (Character.digit(b, 16) < 0 && !Character.isWhitespace(b) && b != ':' && b != 'x') {
        return false;
      }
    }
    return bytes.length > 0;
  }

  private static String ascii(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static byte[] parseHex(String from, String text) {
    String digits = text.replaceAll("0x|[\\s:]", "");
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCodes.DATA,
          from + ": no hex: " + e.getMessage() + " (expected: pairs of 0-9 a-f)",
          e);
    }
  }
}
