package dev.myelin.net;

/// The receiver's word that a tensor arrived.
///
/// @param bytes how many bytes it has
/// @param confirmed false where the peer is a stock node, which confirms nothing: the bytes have
///   left, no more is known
public record Receipt(long bytes, boolean confirmed) {}
