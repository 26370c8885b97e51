package dev.myelin.engine.model;

import dev.myelin.engine.WeightType;
import dev.myelin.tensor.Shape;
import java.lang.foreign.MemorySegment;

/// One weight of a model as it stands in its file.
///
/// @param name its name in GGUF's manner, whatever the file calls it
/// @param shape the extents, outermost first
/// @param data the bytes, borrowed until the model is closed
public record Weight(String name, WeightType type, Shape shape, MemorySegment data) {}
