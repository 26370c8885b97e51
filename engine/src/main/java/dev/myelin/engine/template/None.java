package dev.myelin.engine.template;

/// No value, as a value.
enum None {
  NONE
}
