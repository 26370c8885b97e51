package dev.myelin.net.discovery;

import java.net.InetAddress;

/// A run of addresses that share their first bits: `10.0.0.0/8`, `fd00::/8`, or a single address.
///
/// @param first an address of the run
/// @param bits how many leading bits are shared
public record AddressRange(InetAddress first, int bits) {
  /// Checks that the address has that many bits.
  public AddressRange {
    if (bits < 0 || bits > first.getAddress().length * 8) {
      throw new IllegalArgumentException(
          "bits: " + bits + " (expected: 0.." + first.getAddress().length * 8 + ")");
    }
  }

  /// Returns the range of `address/bits` or `address`.
  ///
  /// @throws IllegalArgumentException if the text is neither; names are not looked up
  public static AddressRange parse(String text) {
    String rest = text.strip();
    int slash = rest.indexOf('/');
    try {
      InetAddress address = InetAddress.ofLiteral(slash < 0 ? rest : rest.substring(0, slash));
      int most = address.getAddress().length * 8;
      return new AddressRange(
          address, slash < 0 ? most : Integer.parseInt(rest.substring(slash + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "range: " + text + " (expected: an address or address/bits)", e);
    }
  }

  /// Returns whether an address of the same family begins with the shared bits.
  public boolean contains(InetAddress address) {
    byte[] mine = first.getAddress();
    byte[] theirs = address.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >>> (bit % 8);
      if (((mine[bit / 8] ^ theirs[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
