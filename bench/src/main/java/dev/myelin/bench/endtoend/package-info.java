/// Two processes of each design beside each other: us, the peers and plain C, interleaved in one
/// run; see docs/explain/benchmarks.md.
///
/// Read [EndToEnd] first, then [Design], then any design.
package dev.myelin.bench.endtoend;
