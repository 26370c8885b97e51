package dev.myelin.bench.compress;

import dev.myelin.net.Compression;
import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Form;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Peer;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Conversion;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/// Sends the same tensors with every kind of compression in turn and prints the medians.
///
/// `receive HOST:PORT` in one place, `send HOST:PORT [MEBIBYTES [ROUNDS]]` in another, with a link
/// of known rate between them; see `bench/link.sh`.
final class CompressedLink {
  private static final String KEY = "benchmark-key-benchmark-key-0000";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private CompressedLink() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Endpoint at = Endpoint.parse(args[1]);
    if (args[0].equals("receive")) {
      receive(at);
      return;
    }
    int mebibytes = args.length > 2 ? Integer.parseInt(args[2]) : 64;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
    NodeConfig config = config().listen(new Endpoint("0.0.0.0", 0));
    try (TensorPool pool = TensorPool.open("bench", 4L << 30);
        Node node = Node.start(config)) {
      Peer peer = node.connect(at, Duration.ofSeconds(20));
      for (Map.Entry<String, Tensor> kind : tensors(pool, mebibytes).entrySet()) {
        measure(peer, kind.getKey(), kind.getValue(), rounds);
        kind.getValue().close();
      }
    }
  }

  private static NodeConfig config() {
    return NodeConfig.of("bench", KEY).finding(NodeConfig.Finding.only());
  }

  private static void receive(Endpoint at) throws IOException, InterruptedException {
    try (Node node = Node.start(config().listen(at))) {
      while (true) {
        Delivery delivery = node.receive(LIMIT);
        if (delivery != null) {
          delivery.close();
        }
      }
    }
  }

  private static void measure(Peer peer, String kind, Tensor tensor, int rounds)
      throws IOException, InterruptedException {
    Map<Compression, List<Double>> rates = new EnumMap<>(Compression.class);
    String auto = "";
    for (int round = 0; round <= rounds; round++) {
      for (Compression compression : Compression.values()) {
        SendOptions options =
            SendOptions.defaults().limit(LIMIT).form(Form.exact().compression(compression));
        long start = System.nanoTime();
        peer.deliver(kind, tensor, options);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (round > 0) { // the first is for the compiler and the gauge
          rates
              .computeIfAbsent(compression, _ -> new ArrayList<>())
              .add(tensor.byteSize() / seconds / 1e6);
        }
        if (compression == Compression.AUTO) {
          auto = peer.compression().name().toLowerCase(Locale.ROOT);
        }
      }
    }
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-10s", kind));
    double off = median(rates.get(Compression.OFF));
    rates.forEach(
        (compression, all) ->
            line.append(
                String.format(
                    Locale.ROOT,
                    "  %s %.1f MB/s (%.2f; %.1f..%.1f)",
                    compression,
                    median(all),
                    median(all) / off,
                    Collections.min(all),
                    Collections.max(all))));
    System.out.println(line + "  auto=" + auto);
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static Map<String, Tensor> tensors(TensorPool pool, int mebibytes) {
    int bytes = mebibytes << 20;
    SplittableRandom random = new SplittableRandom(1);
    Tensor weights = pool.allocate(DType.F32, Shape.of(bytes / 4));
    for (int i = 0; i < bytes / 4; i++) {
      weights
          .segment()
          .setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextGaussian() * 0.02));
    }
    Tensor halves = pool.allocate(DType.BF16, Shape.of(bytes / 2));
    MemorySegment target = halves.segment();
    Conversion.convert(DType.F32, weights.segment(), DType.BF16, target, bytes / 4);
    MemorySegment.copy(target, 0, target, bytes / 2, bytes / 2);
    Tensor sparse = pool.allocate(DType.F32, Shape.of(bytes / 4));
    for (int i = 0; i < bytes / 4; i++) {
      float value = weights.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      sparse.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, value > 0.02 ? value : 0);
    }
    Tensor noise = pool.allocate(DType.U8, Shape.of(bytes));
    byte[] piece = new byte[1 << 20];
    for (int i = 0; i < mebibytes; i++) {
      random.nextBytes(piece);
      MemorySegment.copy(piece, 0, noise.segment(), ValueLayout.JAVA_BYTE, (long) i << 20, 1 << 20);
    }
    Map<String, Tensor> all = new LinkedHashMap<>();
    all.put("f32", weights);
    all.put("bf16", halves);
    all.put("sparse", sparse);
    all.put("noise", noise);
    return all;
  }
}
