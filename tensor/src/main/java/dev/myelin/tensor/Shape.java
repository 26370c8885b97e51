package dev.myelin.tensor;

import java.util.Arrays;

/// The extents of a tensor, outermost first. A scalar has rank zero and one element.
public final class Shape {
  private final long[] dims;
  private final long elements;

  private Shape(long[] dims) {
    this.dims = dims;
    long product = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] < 0) {
        throw new IllegalArgumentException("dim " + axis + ": " + dims[axis] + " (expected: >= 0)");
      }
      try {
        product = Math.multiplyExact(product, dims[axis]);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "shape: " + Arrays.toString(dims) + " (expected: elements within a long)", e);
      }
    }
    this.elements = product;
  }

  /// Returns the shape with these extents.
  ///
  /// @throws IllegalArgumentException if an extent is negative or their product exceeds a long
  public static Shape of(long... dims) {
    return new Shape(dims.clone());
  }

  /// Returns the number of axes.
  public int rank() {
    return dims.length;
  }

  /// Returns the extent of one axis, the outermost being zero.
  public long dim(int axis) {
    return dims[axis];
  }

  /// Returns the product of the extents.
  public long elements() {
    return elements;
  }

  /// Returns a copy of the extents.
  public long[] toArray() {
    return dims.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /// Returns the extents as `[2, 3]`.
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
