package dev.myelin.net.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/// Opens files; a test puts one in its place that fails, or forgets.
@FunctionalInterface
interface Storage {
  /// The files of the system.
  Storage SYSTEM = FileChannel::open;

  FileChannel open(Path file, OpenOption... options) throws IOException;
}
