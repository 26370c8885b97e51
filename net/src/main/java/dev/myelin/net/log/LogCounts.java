package dev.myelin.net.log;

/// What a log has done since it was opened.
///
/// @param messages how many were appended
/// @param bytes how many bytes they took in files
/// @param forces how often the device was waited for
/// @param largestGroup the most messages that shared a force
/// @param cutBytes how many bytes of a torn tail were cut off when it was opened
public record LogCounts(long messages, long bytes, long forces, long largestGroup, long cutBytes) {}
