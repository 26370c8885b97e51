/// Messaging patterns: who may send what to whom, and what happens when nobody is there.
///
/// Read [Pusher] and [Puller] first: they are the smallest. Each class has only the verbs it can
/// honour. A pattern sees pipes, never a transport: the same code runs over sockets of ZeroMQ
/// peers, nodes, and within the process.
package dev.myelin.net.pattern;
