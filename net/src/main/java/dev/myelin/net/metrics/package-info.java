/// What the sockets of messaging patterns count, for those who watch machines.
///
/// Read [MessagingMetrics]. Needs Micrometer, which nothing else does.
package dev.myelin.net.metrics;
