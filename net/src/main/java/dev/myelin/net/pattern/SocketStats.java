package dev.myelin.net.pattern;

/// What one socket has counted since it was opened.
///
/// @param sentMessages handed to a peer's pipe, each peer of a publisher counted
/// @param sentBytes theirs
/// @param receivedMessages given to the application
/// @param receivedBytes theirs
/// @param dropped messages that the pattern's rules let fall: no subscriber had room, or the peer
///   was gone
/// @param queuedOut messages that wait to leave now
/// @param queuedIn messages that wait for the application now
/// @param failures attempts to reach a peer, or of a peer to come in, that failed
@SuppressWarnings("checkstyle:RecordComponentNumber") // counters, each with a name of its own
public record SocketStats(
    long sentMessages,
    long sentBytes,
    long receivedMessages,
    long receivedBytes,
    long dropped,
    int queuedOut,
    int queuedIn,
    long failures) {}
