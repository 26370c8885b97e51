import org.jspecify.annotations.NullMarked;

/// Typed, shaped native memory with one owner, the pools it comes from, and the files it is stored
/// in.
@NullMarked
module dev.myelin.tensor {
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;

  exports dev.myelin.tensor;
}
