/// Values: a typed, shaped piece of native memory and the store it comes from.
///
/// Read [Tensor] first, then [TensorPool]. This package knows no network, no threads and no clock.
package dev.myelin.tensor;
