/// Links between the sockets of messaging patterns, as a pattern sees them: bounded both ways, to
/// peers that come and go.
///
/// Read [Pipe] first, then [Plumbing]. This package knows no pattern and no transport: a transport
/// makes pipes, a pattern uses them.
package dev.myelin.net.pipe;
