package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.wire.TensorHeader;

/// As what kind of file a tensor is stored.
enum StoredForm {
  /// NumPy's format.
  NPY,
  /// Safetensors, for types that NumPy lacks.
  SAFETENSORS,
  /// The bytes alone, of what was a file on the sender's side and no tensor.
  BYTES;

  /// What the name of a tensor begins with that is the content of a file.
  static final String FILE_PREFIX = "file:";

  static StoredForm of(TensorHeader header) {
    DType dtype = header.dtype();
    if (dtype == DType.U8 && header.shape().rank() == 1 && header.name().startsWith(FILE_PREFIX)) {
      return BYTES;
    }
    return dtype.elementsPerBlock() == 1 && dtype != DType.BF16 ? NPY : SAFETENSORS;
  }

  /// Returns the name that a file with such a tensor should have.
  static String fileName(TensorHeader header) {
    return switch (of(header)) {
      case NPY -> withExtension(header.name(), ".npy");
      case SAFETENSORS -> withExtension(header.name(), ".safetensors");
      case BYTES -> header.name().substring(FILE_PREFIX.length());
    };
  }

  private static String withExtension(String name, String extension) {
    return name.endsWith(extension) ? name : name + extension;
  }
}
