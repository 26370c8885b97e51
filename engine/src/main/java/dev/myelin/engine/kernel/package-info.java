/// The arithmetic of engines: packed weights, products, norms, and the threads that share them.
///
/// Read [Kernels] first: what is computed, and the readable form of each. This package alone knows
/// the vectors of the processor, and nothing of models.
package dev.myelin.engine.kernel;
