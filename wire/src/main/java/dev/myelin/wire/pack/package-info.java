/// Fewer bytes for the same tensor: byte shuffle, LZ4 and Zstandard, and narrower element types,
/// chunk by chunk.
///
/// Read [dev.myelin.wire.pack.Packing] first, then [dev.myelin.wire.pack.Packer] and
/// [dev.myelin.wire.pack.Unpacker]. Knows no frames, no dialect and no clock: what pays on a link
/// is decided by whoever implements `Packing`.
package dev.myelin.wire.pack;
