package dev.myelin.cli;

import dev.myelin.wire.Dissection;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Prefix;
import dev.myelin.wire.asoc.AsocDissector;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.zmtp.ZmtpDialect;
import dev.myelin.wire.zmtp.ZmtpDissector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Prints the frames of flows, as tables or as objects.
final class FrameTable {
  private static final int LONG_VALUE = 72;

  private final RootCommand root;
  private final List<Dissection.Dissector> dissectors;
  private int passedOver;
  private int printed;

  FrameTable(RootCommand root, DissectCommand.Choice dialect) {
    this.root = root;
    Dissection.Dissector asoc = AsocDissector.of(Limits.defaults());
    Dissection.Dissector zmtp = ZmtpDissector.of(PartsLimits.defaults());
    this.dissectors =
        switch (dialect) {
          case AUTO -> List.of(asoc, zmtp);
          case ASOC -> List.of(asoc);
          case ZMTP -> List.of(zmtp);
        };
  }

  /// Prints the frames and returns whether all could be decoded. A flow of a capture that is in no
  /// dialect we know is passed over.
  boolean print(Flows.Flow flow) {
    List<Dissection> frames = dissect(flow);
    boolean captured = !flow.label().isEmpty();
    if (captured && !frames.isEmpty() && !frames.getFirst().ok()) {
      passedOver++;
      if (root.verbosity() > 0) {
        root.note(flow.label() + ": in no dialect we know: " + frames.getFirst().error());
      }
      return true;
    }
    printed++;
    if (root.json()) {
      frames.forEach(frame -> root.print(describe(flow, frame)));
    } else {
      printTable(flow, frames);
    }
    if (flow.missing() > 0) {
      root.note(
          flow.label()
              + ": the capture lacks "
              + Words.count(flow.missing(), "byte")
              + " here; what follows them is left out");
    }
    return flow.missing() == 0 && frames.stream().allMatch(Dissection::ok);
  }

  /// Prints that bytes could not even be read.
  void printUnreadable(String error) {
    if (root.json()) {
      root.print(
          Json.object(
              "dialect",
              dissectors.getFirst().dialect(),
              "type",
              "NONE",
              "length",
              0,
              "fields",
              Map.of(),
              "error",
              error));
    } else {
      root.note(error);
    }
  }

  /// Says what was passed over; returns whether anything was printed.
  boolean conclude() {
    if (passedOver > 0) {
      root.note(
          Words.count(passedOver, "flow") + " in no dialect we know passed over; -v names them");
    }
    return printed > 0;
  }

  private List<Dissection> dissect(Flows.Flow flow) {
    try (Arena arena = Arena.ofConfined()) {
      // native and aligned, as bytes from a socket are
      MemorySegment bytes = arena.allocate(Math.max(1, flow.bytes().remaining()), 8);
      MemorySegment whole = bytes.asSlice(0, flow.bytes().remaining());
      whole.copyFrom(MemorySegment.ofBuffer(flow.bytes()));
      for (Dissection.Dissector dissector : dissectors) {
        List<Dissection> frames = dissector.dissect(whole);
        if (!frames.isEmpty() && frames.getFirst().ok() && mayBe(dissector, flow)) {
          return frames;
        }
      }
      return dissectors.getFirst().dissect(whole);
    }
  }

  /// Returns whether a flow is told by its begin: nearly anything could be a part in ZMTP, so that
  /// a captured flow has to show the greeting, unless the user says what it is.
  private boolean mayBe(Dissection.Dissector dissector, Flows.Flow flow) {
    return dissectors.size() == 1
        || flow.label().isEmpty()
        || !dissector.dialect().equals(ZmtpDialect.INSTANCE.name())
        || ZmtpDialect.INSTANCE.prefix().match(MemorySegment.ofBuffer(flow.bytes()))
            == Prefix.Match.YES;
  }

  private static Map<String, Object> describe(Flows.Flow flow, Dissection frame) {
    Map<String, Object> object =
        Json.object(
            "dialect",
            frame.dialect(),
            "type",
            frame.type(),
            "length",
            frame.length(),
            "fields",
            frame.fields(),
            "offset",
            frame.offset());
    if (!flow.label().isEmpty()) {
      object.put("flow", flow.label());
    }
    if (!frame.ok()) {
      object.put("error", frame.error());
    }
    return object;
  }

  private void printTable(Flows.Flow flow, List<Dissection> frames) {
    if (!flow.label().isEmpty()) {
      root.print(flow.label());
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("OFFSET", "TYPE", "LENGTH", "FIELDS"));
    for (Dissection frame : frames) {
      String fields =
          frame.fields().entrySet().stream()
              .map(entry -> entry.getKey() + "=" + brief(entry.getValue()))
              .collect(Collectors.joining(" "));
      rows.add(
          List.of(
              Long.toString(frame.offset()),
              frame.type(),
              Long.toString(frame.length()),
              frame.ok() ? fields : fields + "  ERROR " + frame.error()));
    }
    root.print(Words.table(rows));
    if (!flow.label().isEmpty()) {
      root.print("");
    }
  }

  private static String brief(Object value) {
    String text = String.valueOf(value);
    return text.length() <= LONG_VALUE ? text : text.substring(0, LONG_VALUE) + "…";
  }
}
