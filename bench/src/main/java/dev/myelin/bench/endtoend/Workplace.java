package dev.myelin.bench.endtoend;

import java.nio.file.Path;

/// What designs may use to start their processes.
///
/// @param classPath of the Java designs
/// @param folder for programs that are compiled
/// @param sources the folder of the C sources
/// @param key what our own nodes prove to each other
record Workplace(String classPath, Path folder, Path sources, String key) {}
