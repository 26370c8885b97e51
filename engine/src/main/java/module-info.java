import org.jspecify.annotations.NullMarked;

/// Language models: runs any contiguous run of layers of a model, in Java alone. Knows no sockets
/// and no clock.
@NullMarked
module dev.myelin.engine {
  requires transitive dev.myelin.tensor;
  requires ai.djl.tokenizers;
  requires com.fasterxml.jackson.databind;
  requires static com.microsoft.onnxruntime;
  requires static jdk.incubator.vector;

  exports dev.myelin.engine;
  exports dev.myelin.engine.decoder;
  exports dev.myelin.engine.embed;
  exports dev.myelin.engine.grammar;
  exports dev.myelin.engine.model;
  exports dev.myelin.engine.sample;
  exports dev.myelin.engine.text;
}
