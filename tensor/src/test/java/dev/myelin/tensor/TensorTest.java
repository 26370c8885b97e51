package dev.myelin.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final TensorPool pool = TensorPool.open("test", 1 << 20);

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void showsRowsOfRows() {
    try (Tensor tensor = counted(DType.I32, 4, 3)) {
      Tensor view = tensor.rows(1, 4).rows(1, 3);
      assertThat(view.shape()).isEqualTo(Shape.of(2, 3));
      assertThat(view.longAt(0)).isEqualTo(6);
      assertThat(view.row(1).shape()).isEqualTo(Shape.of(3));
      assertThat(view.row(1).longAt(2)).isEqualTo(11);
      assertThat(view.row(1).row(2).longAt(0)).isEqualTo(11);
      assertThat(view.reshape(Shape.of(6)).longAt(5)).isEqualTo(11);
      assertThatThrownBy(() -> tensor.rows(2, 5)).hasMessageContaining("rows: 2..5");
      assertThatThrownBy(() -> tensor.row(4)).hasMessageContaining("row: 4");
      assertThatThrownBy(() -> tensor.reshape(Shape.of(5))).hasMessageContaining("12 elements");
    }
  }

  @Test
  void endsEveryViewWithItsOwner() {
    Tensor tensor = counted(DType.U8, 4, 3);
    Tensor view = tensor.rows(0, 2).rows(0, 1).reshape(Shape.of(3));
    view.close();
    assertThat(view.longAt(1)).isEqualTo(1);
    tensor.close();
    assertThatThrownBy(view::segment).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> view.longAt(0)).hasMessageContaining("was closed");
  }

  @Test
  void keepsBlocksWhole() {
    try (Tensor tensor = pool.allocate(DType.Q8_0, Shape.of(3, 64))) {
      assertThat(tensor.rows(1, 2).byteSize()).isEqualTo(68);
      assertThat(tensor.reshape(Shape.of(6, 32)).row(5).byteSize()).isEqualTo(34);
      Tensor cut = tensor.reshape(Shape.of(12, 16));
      assertThatThrownBy(() -> cut.rows(1, 3)).hasMessageContaining("multiple of 32");
      assertThat(cut.rows(2, 4).byteSize()).isEqualTo(34);
      assertThatThrownBy(() -> tensor.doubleAt(0)).hasMessageContaining("Q8_0");
    }
  }

  @Test
  void releasesOnce() {
    AtomicInteger released = new AtomicInteger();
    MemorySegment memory = MemorySegment.ofArray(new byte[4]);
    Tensor tensor = Tensor.owning(DType.U8, Shape.of(4), memory, released::incrementAndGet);
    tensor.close();
    tensor.close();
    assertThat(released).hasValue(1);
  }

  @Test
  void noticesThatBorrowedMemoryIsGone() {
    Tensor tensor;
    try (Arena arena = Arena.ofConfined()) {
      tensor = Tensor.wrap(DType.U8, Shape.of(4), arena.allocate(4));
    }
    assertThatThrownBy(tensor::segment).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rejectsMemoryOfAnotherSize() {
    MemorySegment memory = MemorySegment.ofArray(new byte[5]);
    assertThatThrownBy(() -> Tensor.wrap(DType.F32, Shape.of(1), memory))
        .hasMessage("segment: 5 bytes (expected: 4 for F32[1])");
  }

  @Test
  void copiesIntoAPool() {
    Tensor copy;
    try (Tensor tensor = counted(DType.F64, 5)) {
      copy = tensor.rows(1, 4).copyInto(pool);
      assertThat(copy.contentEquals(tensor.rows(1, 4))).isTrue();
      assertThat(copy.contentEquals(tensor.rows(0, 3))).isFalse();
    }
    assertThat(copy.doubleAt(2)).isEqualTo(3);
    copy.close();
  }

  @Test
  void readsWhatItSetsInEveryPlainType() {
    for (DType dtype : DType.values()) {
      if (dtype.elementsPerBlock() == 1) {
        try (Tensor tensor = pool.allocate(dtype, Shape.of(3))) {
          tensor.set(2, 1.0);
          tensor.set(1, 0L);
          assertThat(tensor.doubleAt(2)).as(dtype.name()).isEqualTo(1);
          assertThat(tensor.doubleAt(1)).as(dtype.name()).isZero();
          assertThatThrownBy(() -> tensor.doubleAt(3))
              .isInstanceOf(IndexOutOfBoundsException.class);
        }
      }
    }
  }

  @Test
  void knowsUnsignedNumbers() {
    try (Tensor tensor = pool.allocate(DType.U64, Shape.of(2));
        Tensor small = pool.allocate(DType.U16, Shape.of(1))) {
      tensor.set(0, -1L);
      tensor.set(1, 0x1p63);
      small.set(0, 70000.0);
      assertThat(tensor.doubleAt(0)).isEqualTo(0x1p64);
      assertThat(tensor.longAt(1)).isEqualTo(Long.MIN_VALUE);
      assertThat(small.longAt(0)).isEqualTo(65535);
    }
  }

  @Test
  void comparesShapesByExtents() {
    assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2));
    assertThat(Shape.of(2, 3)).hasToString("[2, 3]").hasSameHashCodeAs(Shape.of(2, 3));
    assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32)).hasMessageContaining("within a long");
    assertThatThrownBy(() -> Shape.of(-1)).hasMessageContaining(">= 0");
    assertThatThrownBy(() -> DType.F64.bytesFor(Long.MAX_VALUE)).hasMessageContaining("F64");
  }

  private Tensor counted(DType dtype, long... dims) {
    Tensor tensor = pool.allocate(dtype, Shape.of(dims));
    for (long i = 0; i < tensor.shape().elements(); i++) {
      tensor.set(i, i);
    }
    return tensor;
  }
}
