package dev.myelin.cli;

/// A number of bytes given as an argument, in powers of 1024.
record ByteSize(long bytes) {}
