package dev.myelin.net;

/// The receiver's word that a tensor arrived, or what is known instead.
///
/// @param bytes how many bytes it has
/// @param confirmed false where the receiver said nothing: the peer is a stock node, which confirms
///   nothing, or no word was asked for; the bytes have left, no more is known
/// @param dropped true where nothing was sent, as [SendOptions.Shortage#DROP] allows
public record Receipt(long bytes, boolean confirmed, boolean dropped) {
  /// The word on a tensor that was sent.
  public Receipt(long bytes, boolean confirmed) {
    this(bytes, confirmed, false);
  }
}
