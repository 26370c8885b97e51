/// The engine beside llama.cpp: models to measure with, and the tables of what came out. Read
/// [EngineFigures] first.
package dev.myelin.bench.engine;
