package dev.myelin.cli;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.net.log.LogException;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.TensorFileException;
import dev.myelin.wire.PeerException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the process ends with, after `sysexits.h`.
final class ExitCodes {
  static final int OK = 0;
  static final int USAGE = 64;
  static final int DATA = 65;
  static final int NO_INPUT = 66;
  static final int UNAVAILABLE = 69;
  static final int SOFTWARE = 70;
  static final int OS = 71;
  static final int CANNOT_CREATE = 73;
  static final int IO = 74;
  static final int TRY_AGAIN = 75;
  static final int PROTOCOL = 76;
  static final int NO_PERMISSION = 77;
  static final int CONFIG = 78;
  static final int INTERRUPTED = 130;

  private ExitCodes() {}

  /// Returns the code of a failure between nodes.
  static int of(PeerException failure) {
    return switch (failure) {
      case PeerException.Unreachable _ -> UNAVAILABLE;
      case PeerException.Unrecognised _ -> PROTOCOL;
      case PeerException.Refused _, PeerException.Mistrusted _ -> NO_PERMISSION;
      case PeerException.Malformed _ -> PROTOCOL;
      case PeerException.TimedOut _ -> TRY_AGAIN;
      case PeerException.Closed _ -> TRY_AGAIN;
      case PeerException.Faulted _ -> SOFTWARE;
      case PeerException.Overloaded _ -> TRY_AGAIN;
    };
  }

  private static int of(LogException failure) {
    return switch (failure) {
      case LogException.InUse _ -> TRY_AGAIN;
      case LogException.Corrupt _ -> DATA;
      case LogException.Failed _ -> IO;
      case LogException.TooLarge _ -> USAGE;
    };
  }

  /// Returns the code of anything a command throws.
  static int of(Throwable failure) {
    return switch (failure) {
      case CommandException e -> e.exitCode();
      case PeerException e -> of(e);
      case InterruptedException _ -> INTERRUPTED;
      case ClosedByInterruptException _ -> INTERRUPTED;
      case NoSuchFileException _ -> NO_INPUT;
      case FileNotFoundException _ -> NO_INPUT;
      case AccessDeniedException _ -> NO_PERMISSION;
      case BindException _ -> OS;
      case TensorFileException _ -> DATA;
      case ModelFileException _ -> DATA;
      case LogException e -> of(e);
      case IOException _ -> IO;
      case PoolExhaustedException _ -> TRY_AGAIN;
      case IllegalArgumentException _ -> USAGE;
      default -> SOFTWARE;
    };
  }

  /// Returns every code with its meaning, for help and documents.
  static Map<Integer, String> meanings() {
    Map<Integer, String> meanings = new LinkedHashMap<>();
    meanings.put(
        OK, "done; for send: every receiver has it, or is a stock peer that confirms nothing");
    meanings.put(1, "doctor or check found something that fails");
    meanings.put(USAGE, "the command line is wrong, or no key was given");
    meanings.put(DATA, "a file or frames are not what they should be");
    meanings.put(NO_INPUT, "a file is missing or cannot be read");
    meanings.put(UNAVAILABLE, "no peer could be reached");
    meanings.put(SOFTWARE, "a peer failed, or this program did");
    meanings.put(OS, "the system refused something, such as a port in use");
    meanings.put(CANNOT_CREATE, "a file could not be made");
    meanings.put(IO, "reading or writing failed");
    meanings.put(
        TRY_AGAIN, "a peer was silent, left or has no room, or a log is open elsewhere; try again");
    meanings.put(PROTOCOL, "a peer speaks something else, or broke its dialect");
    meanings.put(NO_PERMISSION, "the peer or the system does not allow it; wrong key?");
    meanings.put(CONFIG, "the configuration file or a variable is wrong");
    meanings.put(INTERRUPTED, "stopped by Ctrl-C");
    return meanings;
  }
}
