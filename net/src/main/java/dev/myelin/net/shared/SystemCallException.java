package dev.myelin.net.shared;

import java.io.IOException;

/// The system said no.
final class SystemCallException extends IOException {
  private static final long serialVersionUID = 1L;

  SystemCallException(String call, int errno) {
    super(call + ": errno " + errno);
  }
}
