package dev.myelin.engine.kernel;

/// The arithmetic that a forward pass is made of.
///
/// [ScalarKernels] is the readable form of each; [VectorKernels] does the same with the vectors of
/// the processor. Results that are sums of floats differ in their last bits, others do not.
public interface Kernels {
  /// How many columns of x one tile takes.
  int TILE = 4;

  /// How many columns are unpacked at once, at most; a multiple of every block.
  int PANEL = 256;

  /// Returns the fastest kernels that this machine and this virtual machine have.
  static Kernels best() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? VectorKernels.preferred()
        : new ScalarKernels(ScalarKernels.USUAL_LANES);
  }

  /// Returns how many numbers a vector has; a group of rows is two vectors.
  int lanes();

  /// Multiplies some groups of rows with one vector: `y[row] = sum of w[row][k] x[k]`.
  ///
  /// @param x prepared for the packing
  /// @param y as many numbers as the groups have rows, filled-up rows among them
  void product(Packed w, Column x, float[] y, int fromGroup, int toGroup);

  /// Unpacks some columns of a group: `target[k][row]`, `count` times a group.
  ///
  /// @param from the first column, the first of a block
  void panel(Packed w, int group, int from, int count, float[] target);

  /// Multiplies a panel with four vectors: `y[t][row] = sum of w[k][row] x[k][t]`.
  ///
  /// @param w `count` columns of a group of rows, from `wo` on
  /// @param x `count` times four numbers, from `xo` on
  /// @param y four runs of a group each, `stride` apart, from `yo` on
  /// @param add whether to add to what stands in y
  @SuppressWarnings("checkstyle:ParameterNumber") // A record would be allocated for every tile.
  void tile(
      float[] w, int wo, float[] x, int xo, int count, float[] y, int yo, int stride, boolean add);

  /// Divides by the root of the mean square and multiplies with the weight.
  @SuppressWarnings("checkstyle:ParameterNumber") // A record would be allocated for every norm.
  void norm(float[] x, int xo, float[] weight, float[] y, int yo, float epsilon);

  /// Turns scores into shares that sum to one: `exp(x - max) / sum`. `length` numbers from `from`.
  void softmax(float[] x, int from, int length);

  /// Multiplies the second with what the function makes of the first, into the first.
  void gate(boolean gaussian, float[] g, float[] u, int from, int to);

  /// Adds the second to the first.
  void add(float[] x, float[] y, int from, int to);
}
