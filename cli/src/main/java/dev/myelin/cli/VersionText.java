package dev.myelin.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// What `--version` prints.
final class VersionText implements IVersionProvider {
  VersionText() {}

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "myelin " + version(),
      "Java " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")",
      System.getProperty("os.name")
          + " "
          + System.getProperty("os.version")
          + " "
          + System.getProperty("os.arch")
    };
  }

  static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        VersionText.class.getResourceAsStream("/dev/myelin/cli/version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "unknown");
  }
}
