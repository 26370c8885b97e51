/// How fast messages are kept on disk, beside plain writes of the same process; see
/// docs/explain/log.md.
package dev.myelin.bench.log;
