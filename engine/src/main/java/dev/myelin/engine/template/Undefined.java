package dev.myelin.engine.template;

/// What a name stands for that nothing was given for.
record Undefined(String name) {}
