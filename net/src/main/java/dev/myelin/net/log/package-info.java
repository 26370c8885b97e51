/// Messages that stay: an append-only log on disk, and what else can keep topics.
///
/// Read [dev.myelin.net.log.TopicStore] first, then [dev.myelin.net.log.TopicLog] and
/// [dev.myelin.net.log.LogReader]. The bytes are drawn in `RecordHead` and `SegmentHead`. Nothing
/// here knows a connection, and nothing here believes a file: every number read from one is checked
/// before anything is allocated for it.
@NullMarked
package dev.myelin.net.log;

import org.jspecify.annotations.NullMarked;
