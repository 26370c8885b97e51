package dev.myelin.engine.decoder;

/// Some neighbouring rows of what is computed together that belong to one sequence.
///
/// @param row the first of the rows
/// @param position the place of the first in the sequence
record Slice(Cache cache, int row, int count, int position) {}
