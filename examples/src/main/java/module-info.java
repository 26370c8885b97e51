import org.jspecify.annotations.NullMarked;

/// Small programs, each the answer to one question. Not shipped.
@NullMarked
module dev.myelin.examples {
  requires static transitive org.jspecify;
  requires transitive dev.myelin.net;

  exports dev.myelin.examples;
}
