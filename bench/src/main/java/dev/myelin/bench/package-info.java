/// How fast single parts are, measured with JMH; see docs/explain/benchmarks.md.
package dev.myelin.bench;
